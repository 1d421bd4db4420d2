import { lazily } from "../../ui/lazily.tsx";

export const MessageMenu = lazily(async () => (await import("./message-menu.tsx")).MessageMenu);
