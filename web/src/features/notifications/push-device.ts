import { ChatError } from "@parley/protocol/errors";
import { create } from "zustand";
import type { Client } from "../../client/client.ts";
import { i18n } from "../../ui/text.ts";
import { useDeviceChoices } from "./device-choices.ts";

/**
 * Whether this device is told while no page is open. `unsupported`: the browser cannot; `unserved`: the server sends no
 * pushes; `failed`: the browser's own service could not be reached, or the server has refused.
 */
export type PushState = "off" | "unsupported" | "unserved" | "connecting" | "on" | "failed";

export const usePushState = create<{ state: PushState }>(() => ({ state: "off" }));

/** Milliseconds: some browsers never answer where their service cannot be reached. */
const patience = 20_000;

const enter = (state: PushState) => usePushState.setState({ state });

/** PUSH-13. Keeps the browser, the server and the person's choice in step, until it is stopped. */
export function keepPush(client: Client): () => void {
  let isStopped = false;
  let wasOn = false;
  const follow = async () => {
    if (isStopped) return;
    const isOn = useDeviceChoices.getState().isOn && mayShow();
    if (isOn) await connectPush(client);
    else if (wasOn) await disconnect(client);
    else enter("off");
    wasOn = isOn;
  };
  // One after the other, over all tabs: they share the browser's one subscription.
  const inTurn = () => {
    const done = navigator.locks ? navigator.locks.request("parley-push", follow) : follow();
    done.catch(() => undefined);
  };
  const ends = [
    useDeviceChoices.subscribe(({ isOn }, before) => isOn !== before.isOn && inTurn()),
    i18n.on("change", inTurn),
    client.view.subscribe(({ link }, before) => {
      const isBack = link.status === "ready" && before.link.status !== "ready";
      if (isBack && usePushState.getState().state !== "on") inTurn();
    }),
  ];
  if (client.view.getState().link.status === "ready") inTurn();
  return () => {
    isStopped = true;
    for (const end of ends) end();
    enter("off");
    // Nobody is told on this device until somebody is signed in again.
    if (client.view.getState().session.status === "signed_out") void forgetPush();
  };
}

/** Tries once; whatever comes of it is in the state. */
export async function connectPush(client: Client): Promise<void> {
  if (!("PushManager" in window)) return enter("unsupported");
  try {
    if (usePushState.getState().state !== "on") enter("connecting");
    const { key } = await client.call("push.key", {});
    if (key === null) return enter("unserved");
    const subscription = await within(patience, subscribed(key));
    const { endpoint, keys } = subscription.toJSON();
    const { p256dh = "", auth = "" } = keys ?? {};
    await client.call("push.subscribe", {
      ...{ endpoint: endpoint ?? "", keys: { p256dh, auth }, language: i18n.locale },
    });
    enter("on");
  } catch (error) {
    // Without a connection it is tried again when there is one.
    enter(error instanceof ChatError && error.code === "unavailable" ? "connecting" : "failed");
  }
}

/** The one that is there, if it is for this server's key, or else a new one. */
async function subscribed(key: string): Promise<PushSubscription> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const present = await pushManager.getSubscription();
  const wanted = bytesOf(key);
  if (present && isSame(present.options.applicationServerKey, wanted)) return present;
  await present?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
}

async function disconnect(client: Client): Promise<void> {
  enter("off");
  await forgetPush();
  await client.call("push.unsubscribe", {});
}

/** PUSH-13. Nothing comes to this browser any more, and nothing that came is left. */
async function forgetPush(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
  if (!("PushManager" in window)) return;
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

function mayShow(): boolean {
  return "Notification" in window && Notification.permission === "granted" && "serviceWorker" in navigator;
}

function bytesOf(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function isSame(key: ArrayBuffer | null, wanted: Uint8Array): boolean {
  if (!key) return false;
  const bytes = new Uint8Array(key);
  return bytes.length === wanted.length && bytes.every((byte, index) => byte === wanted[index]);
}

async function within<Value>(milliseconds: number, work: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer")), milliseconds);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
