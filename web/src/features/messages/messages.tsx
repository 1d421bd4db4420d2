import { lazily } from "../../ui/lazily.tsx";

export { mentionsIn } from "./completion.ts";
export { type Aim, Composer, type ComposerHandle } from "./composer.tsx";
export { markRoomsRead } from "./mark-read.ts";
export type { RowActions } from "./message-row.tsx";
export { useReadingChoice } from "./reading.ts";
export { Timeline, type TimelineHandle } from "./timeline.tsx";
export { TypingLine } from "./typing-line.tsx";

export const DateDialog = lazily(async () => (await import("./date-dialog.tsx")).DateDialog);
export const DeleteDialog = lazily(async () => (await import("./message-dialogs.tsx")).DeleteDialog);
export const HistoryDialog = lazily(async () => (await import("./message-dialogs.tsx")).HistoryDialog);
export const ThreadPanel = lazily(async () => (await import("./thread-panel.tsx")).ThreadPanel);
export const ReadingSettings = lazily(async () => (await import("./reading-settings.tsx")).ReadingSettings);
export const ReceiptsDialog = lazily(async () => (await import("./message-dialogs.tsx")).ReceiptsDialog);
