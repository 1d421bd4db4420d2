import { lazily } from "../../ui/lazily.tsx";

export { PinBar } from "./pin-bar.tsx";

export const PinsDialog = lazily(async () => (await import("./pins-dialog.tsx")).PinsDialog);
