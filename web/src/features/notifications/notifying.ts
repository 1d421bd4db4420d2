import { useDeviceChoices } from "./device-choices.ts";

export { showNotification, withdraw } from "./shown-notifications.ts";

/** Whether this device shows notifications. */
export function isShownHere(): boolean {
  return (
    "Notification" in window && useDeviceChoices.getState().isOn && Notification.permission === "granted"
  );
}

/** Whether what was written may stand in them here. */
export function isTextShown(): boolean {
  return useDeviceChoices.getState().hasPreview;
}
