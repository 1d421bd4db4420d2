import { create } from "zustand";

const storageKey = "parley-notifications";

/** How this device tells of news. */
export interface DeviceChoices {
  isOn: boolean;
  hasSound: boolean;
  /** What was written may be read on a locked screen too: only where the person chose it. */
  hasPreview: boolean;
}

const standard: DeviceChoices = { isOn: false, hasSound: true, hasPreview: false };

export const useDeviceChoices = create<DeviceChoices>(load);

function load(): DeviceChoices {
  try {
    return {
      ...standard,
      ...(JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Partial<DeviceChoices>),
    };
  } catch {
    return standard;
  }
}

export function changeDevice(change: Partial<DeviceChoices>): void {
  useDeviceChoices.setState(change);
  try {
    localStorage.setItem(storageKey, JSON.stringify(useDeviceChoices.getState()));
  } catch {
    // Where nothing may be kept it holds for this page.
  }
}

/** Another tab of this browser has chosen. */
export function followOtherTabs(): () => void {
  const follow = ({ key }: StorageEvent) => key === storageKey && useDeviceChoices.setState(load());
  addEventListener("storage", follow);
  return () => removeEventListener("storage", follow);
}
