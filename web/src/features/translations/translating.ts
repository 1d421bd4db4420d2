import type { Message } from "@parley/protocol/messages";
import { create } from "zustand";
import type { Client } from "../../client/client.ts";

export interface Shown {
  /** What was translated: of another text this says nothing. */
  of: string;
  found: { text: string; from: string | null } | null;
  error?: unknown;
}

interface Translating {
  /** Whether the server translates; null until it was asked. */
  isOn: boolean | null;
  /** By message. */
  shown: ReadonlyMap<number, Shown>;
}

const useTranslating = create<Translating>(() => ({ isOn: null, shown: new Map() }));

/** Whether there is a way to have something translated; asked when it is first wanted. */
export function useTranslates(): boolean {
  return useTranslating(({ isOn }) => isOn === true);
}

export function useTranslation(message: number): Shown | undefined {
  return useTranslating(({ shown }) => shown.get(message));
}

export function wantTranslating(client: Client): void {
  if (useTranslating.getState().isOn !== null) return;
  client.call("translation.state", {}).then(
    ({ state }) => useTranslating.setState({ isOn: state !== "off" }),
    () => undefined,
  );
}

/** Into the language that the page is in. */
export async function translate(client: Client, { id: message, text: of }: Message): Promise<void> {
  put(message, { of, found: null });
  try {
    const found = await client.call("message.translate", { message, to: document.documentElement.lang });
    put(message, { of, found });
  } catch (error) {
    put(message, { of, found: null, error });
  }
}

export function showOriginal(message: number): void {
  put(message, undefined);
}

function put(message: number, entry: Shown | undefined): void {
  const shown = new Map(useTranslating.getState().shown);
  if (entry) shown.set(message, entry);
  else shown.delete(message);
  useTranslating.setState({ shown });
}
