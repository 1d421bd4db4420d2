/** What a notification says and where it leads. */
export interface Told {
  /** Of two with the same tag the later stands in the place of the first. */
  tag: string;
  title: string;
  body: string;
  /** An address of this server. */
  path: string;
  /** Up to which event of its room it tells. */
  seq?: number;
}

const icon = "/icon-192.png";
/** Where there is no service worker. */
const own = new Map<string, Notification>();

/** NOTIFY-7. Shows it in the place of an earlier one of the same tag. The sound is ours: the system's stays silent. */
export async function showNotification(told: Told, open: (path: string) => void): Promise<void> {
  const { tag, title, body, path, seq } = told;
  const options = { tag, body, icon, silent: true, data: { path, seq } };
  const registration = await worker();
  if (registration) return registration.showNotification(title, options);
  own.get(tag)?.close();
  const shown = new Notification(title, options);
  own.set(tag, shown);
  shown.onclick = () => {
    shown.close();
    focus();
    open(path);
  };
}

/** Takes back what was shown under this tag. */
export async function withdraw(tag: string): Promise<void> {
  own.get(tag)?.close();
  own.delete(tag);
  const registration = await worker();
  for (const shown of (await registration?.getNotifications({ tag })) ?? []) shown.close();
}

/** What an earlier page, or another tab, has left to be seen: by its tag, up to which event it tells. */
export async function leftBefore(): Promise<Map<string, number>> {
  const registration = await worker();
  const left = (await registration?.getNotifications()) ?? [];
  return new Map(
    left.map(({ tag, data }) => [tag, Number((data as { seq?: unknown } | null)?.seq ?? 0)] as const),
  );
}

export interface WorkerWords {
  /** One was pressed. */
  open: (path: string) => void;
  /** The worker has shown what a push told, up to this event. */
  pushed: (tag: string, seq: number) => void;
}

/** Hears what the service worker says of what it shows. */
export function hearWorker({ open, pushed }: WorkerWords): () => void {
  const heard = ({ data }: MessageEvent) => {
    const { kind, path, tag, seq } = (data ?? {}) as Record<string, unknown>;
    if (kind === "open" && typeof path === "string" && path.startsWith("/")) open(path);
    if (kind === "pushed" && typeof tag === "string" && typeof seq === "number") pushed(tag, seq);
  };
  const workers = "serviceWorker" in navigator ? navigator.serviceWorker : undefined;
  workers?.addEventListener("message", heard);
  return () => workers?.removeEventListener("message", heard);
}

async function worker(): Promise<ServiceWorkerRegistration | undefined> {
  if (!("serviceWorker" in navigator)) return undefined;
  const registration = await navigator.serviceWorker.getRegistration();
  return registration?.active ? registration : undefined;
}
