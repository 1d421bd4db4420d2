import { lazily } from "../../ui/lazily.tsx";

export const MessageTimer = lazily(async () => (await import("./message-timer.tsx")).MessageTimer);
