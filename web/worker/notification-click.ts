declare const self: ServiceWorkerGlobalScope;

/** NOTIFY-8. A press on a notification leads to what it tells of: in a window that is open, or else in a new one. */
export async function openNoticed(notification: Notification): Promise<void> {
  notification.close();
  const { path } = (notification.data ?? {}) as { path?: unknown };
  if (typeof path !== "string" || !path.startsWith("/")) return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const window = windows.find(({ focused }) => focused) ?? windows[0];
  if (!window) {
    await self.clients.openWindow(path);
    return;
  }
  window.postMessage({ kind: "open", path });
  // Some browsers allow it only just after the press.
  await window.focus().catch(() => undefined);
}
