import { openNoticed } from "./notification-click.ts";
import { showPush } from "./push-shown.ts";

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: the files of this version, and a name for all of them together. */
declare const FILES: readonly string[];
declare const VERSION: string;

const files = FILES;
const cacheName = `parley-${VERSION}`;
/** At the same address programs are answered in JSON. */
const asPage = { headers: { accept: "text/html" } };

/** OFFLINE-1. The pages of one version are kept together: they open without a network, and never mix with another's. */
self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) =>
        cache.addAll(
          files.map((path) => new Request(path, { cache: "reload", ...(path === "/" && asPage) })),
        ),
      ),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      const old = names.filter((name) => name.startsWith("parley-") && name !== cacheName);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

/** OFFLINE-2. A new version waits until the person says so. */
self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

self.addEventListener("notificationclick", (event) => event.waitUntil(openNoticed(event.notification)));

self.addEventListener("push", (event) => event.waitUntil(showPush(event.data)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = request.mode === "navigate" && isOwnPage(url.pathname);
  if (isPage) event.respondWith(kept(new Request("/", asPage)));
  else if (files.includes(url.pathname) || url.pathname.startsWith("/assets/"))
    event.respondWith(kept(request));
});

function isOwnPage(path: string): boolean {
  return /^\/(?:$|setup$|invite$|reminders$|saved$|search$|scheduled$|inbox(?:\/|$)|rooms\/|settings(?:\/|$))/.test(
    path,
  );
}

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName })) ?? fetch(request);
}
