import { lazilyOrNot } from "../../ui/lazily.tsx";

export const MessageTimer = lazilyOrNot(async () => (await import("./message-timer.tsx")).MessageTimer);
