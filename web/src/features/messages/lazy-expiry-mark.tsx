import { lazily } from "../../ui/lazily.tsx";

export const ExpiryMark = lazily(async () => (await import("./expiry-mark.tsx")).ExpiryMark);
