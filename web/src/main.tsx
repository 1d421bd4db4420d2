import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createClient } from "./client/client.ts";
import { indexedDbCopy } from "./client/copy-indexeddb.ts";
import { browserDeletions } from "./client/deletions-storage.ts";
import { indexedDbDrafts } from "./client/drafts-indexeddb.ts";
import { indexedDbOutbox } from "./client/outbox-indexeddb.ts";
import { keepPages, takeNewVersion, updates } from "./client/updates.ts";
import { indexedDbUploads } from "./client/uploads-indexeddb.ts";
import { ClientProvider } from "./client/use-client.ts";
import { applyAppearance, applyLanguage, followSystem } from "./features/settings/appearance.ts";
import { Pages } from "./screens/pages.tsx";
import "./styles.css";

const client = createClient({
  url: location.origin,
  storage: indexedDbOutbox(),
  drafts: indexedDbDrafts(),
  deletions: browserDeletions(),
  uploads: indexedDbUploads(),
  copy: indexedDbCopy(),
  cookie: true,
  device: deviceName(navigator.userAgent),
});

client.view.subscribe(({ session }, before) => {
  if (session.status === before.session.status) return;
  if (session.status === "signed_in" && !session.user.must_change_password) client.start();
});
addEventListener("online", () => client.wake());
addEventListener("focus", () => client.wake());
document.addEventListener("visibilitychange", () => {
  const isShown = document.visibilityState === "visible";
  client.presence(isShown ? "online" : "away");
  if (isShown) client.wake();
});

/**
 * A part of an earlier version that the server no longer has: the page is loaded anew, once for each version. Where the
 * server does not answer, there would be nothing in its place.
 */
addEventListener("vite:preloadError", () => {
  const { session, link } = client.view.getState();
  if (session.status === "signed_in" && link.status !== "ready") return;
  const key = "parley-reloaded";
  if (!navigator.onLine || sessionStorage.getItem(key) === import.meta.url) return;
  sessionStorage.setItem(key, import.meta.url);
  if (updates.getState().waiting) takeNewVersion();
  else location.reload();
});

/** What the person will know the device by. */
function deviceName(agent: string): string {
  const browser = /Firefox|Edg|Chrome|Safari/.exec(agent)?.[0].replace("Edg", "Edge") ?? "Browser";
  const system = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(agent)?.[0];
  return system ? `${browser}, ${system}` : browser;
}

applyAppearance();
followSystem();
// What this device has kept is shown first, whether or not the server answers.
const [, isKept] = await Promise.all([applyLanguage(), client.restore().catch(() => false)]);
// Where nothing is kept there may be a session still: the way in is only for those who have none.
if (!isKept) client.session.resume().catch(() => false);
createRoot(document.getElementById("app") as HTMLElement).render(
  <StrictMode>
    <ClientProvider value={client}>
      <Pages />
    </ClientProvider>
  </StrictMode>,
);

/** Milliseconds: what is fetched for later must not stand in the way of what is wanted now. */
const keepAfter = 3_000;
setTimeout(() => void keepPages(), keepAfter);
