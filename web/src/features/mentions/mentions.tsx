import { lazily } from "../../ui/lazily.tsx";

export const MentionsPanel = lazily(async () => (await import("./mentions-panel.tsx")).MentionsPanel);
