import { lazily } from "../../ui/lazily.tsx";

export const OwnReports = lazily(async () => (await import("./own-reports.tsx")).OwnReports);
export const ReportDialog = lazily(async () => (await import("./report-dialog.tsx")).ReportDialog);
