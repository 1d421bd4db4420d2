import { lazily } from "../../ui/lazily.tsx";

export const MentionAllDialog = lazily(
  async () => (await import("./mention-all-dialog.tsx")).MentionAllDialog,
);
