import { createStore } from "zustand/vanilla";

/** Milliseconds between two looks for a new version while the page is open. */
const lookEvery = 3_600_000;

/** OFFLINE-2. Whether a new version of these pages waits to be used. */
export const updates = createStore<{ waiting: ServiceWorker | null }>(() => ({ waiting: null }));

/** Keeps the pages on the device, so that they open without a network. Where that is not possible they just do not. */
export async function keepPages(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register("/service-worker.js");
    const offer = (worker: ServiceWorker | null) => {
      // The first version ever is nothing new.
      if (worker && navigator.serviceWorker.controller) updates.setState({ waiting: worker });
    };
    offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing?.addEventListener(
        "statechange",
        () => installing.state === "installed" && offer(installing),
      );
    });
    setInterval(() => registration.update().catch(() => undefined), lookEvery);
  } catch {
    // In private windows of some browsers nothing is kept.
  }
}

/** Uses the new version: the page is loaded anew, what was written is kept. */
export function takeNewVersion(): void {
  const { waiting } = updates.getState();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  waiting?.postMessage("take over");
}
