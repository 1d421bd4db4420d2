import { lazily } from "../../ui/lazily.tsx";

export const InviteDialog = lazily(async () => (await import("./invite-dialog.tsx")).InviteDialog);
