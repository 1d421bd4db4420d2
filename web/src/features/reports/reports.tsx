import { lazily } from "../../ui/lazily.tsx";

export const ReportDialog = lazily(async () => (await import("./report-dialog.tsx")).ReportDialog);
