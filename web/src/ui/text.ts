import { setupI18n } from "@lingui/core";
import { useCallback, useSyncExternalStore } from "react";
import type english from "../../locales/en.json";

export type TextId = keyof typeof english;

declare module "@lingui/core" {
  interface Register {
    messageIds: TextId;
  }
}

/** Every text of the user interface, in the language that is active. */
export const i18n = setupI18n({ locale: "en" });

export type Values = Record<string, string | number>;
export type Translate = (id: TextId, values?: Values) => string;

export const translate: Translate = (id, values) => i18n._(id, values);

const watch = (told: () => void) => i18n.on("change", told);

const present = () => i18n.messages;

/** `translate` for components: they are drawn anew when the language changes. */
export function useText(): Translate {
  const messages = useSyncExternalStore(watch, present, present);
  // A new function for each catalogue, so that whoever remembers by it works anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the catalogue is what the function reads.
  return useCallback((id, values) => i18n._(id, values), [messages]);
}

/** "One, two and three". */
export function listOf(words: readonly string[]): string {
  return new Intl.ListFormat(i18n.locale).format(words);
}
