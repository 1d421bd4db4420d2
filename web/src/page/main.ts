import type { Output } from "@parley/protocol/contract";
import { createClient } from "../client/client.ts";
import { indexedDbOutbox } from "../client/outbox-indexeddb.ts";
import { showChat } from "./chat.ts";
import { fill, h } from "./elements.ts";
import { claimForm, passwordForm, registerForm, signInForm, wordsFor } from "./forms.ts";

const retryDelay = 3_000;
const app = document.getElementById("app") as HTMLElement;
const client = createClient({
  url: location.origin,
  storage: indexedDbOutbox(),
  cookie: true,
  device: /Firefox|Edg|Chrome|Safari/.exec(navigator.userAgent)?.[0] ?? "A browser",
});

function note(text: string): HTMLElement {
  return h("main", { className: "card" }, h("h1", {}, "Parley"), h("p", {}, text));
}

/** Behind the `#`, where it never reaches a server's log. */
function codeInAddress(): string {
  return new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
}

function showSignedIn(): void {
  const { session } = client.view.getState();
  if (session.status !== "signed_in") return;
  // The address may hold a code that has done its work.
  if (location.pathname !== "/") history.replaceState(null, "", "/");
  if (session.user.must_change_password) return fill(app, passwordForm(client));
  showChat(client, app);
  client.start();
}

function entrance({ name, claimed, registration }: Output<"server.info">, notice: string): HTMLElement {
  document.title = name;
  const code = codeInAddress();
  const { pathname } = location;
  if (!claimed) {
    if (pathname === "/setup") return claimForm(client, code);
    return note("This server is not set up yet. Open the set-up link that it printed at its start.");
  }
  const isOpen = registration === "open";
  if (pathname === "/invite" && (code !== "" || isOpen)) return registerForm(client, name, code);
  return signInForm(client, notice, isOpen ? h("a", { href: "/invite" }, "Make an account") : undefined);
}

/** Tries until the server answers: whoever comes while it restarts need not reload. */
async function enter(notice: string): Promise<void> {
  try {
    const info = await client.call("server.info", {});
    // An earlier session shows itself by the change it makes.
    if (!info.claimed || !(await client.session.resume())) fill(app, entrance(info, notice));
  } catch (error) {
    fill(app, note(wordsFor(error)));
    setTimeout(() => void enter(notice), retryDelay);
  }
}

client.view.subscribe(({ session }, before) => {
  if (session.status === before.session.status) return;
  if (session.status === "signed_in") return showSignedIn();
  history.replaceState(null, "", "/");
  void enter(session.ended ? "Your session has ended. Please sign in again." : "");
});
void enter("");
