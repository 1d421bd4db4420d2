import { lazily } from "../../ui/lazily.tsx";

export const BlockedSettings = lazily(async () => (await import("./blocked-settings.tsx")).BlockedSettings);
