import type { Message } from "@parley/protocol/messages";
import { lazily } from "../../ui/lazily.tsx";
import { useTranslation } from "./translating.ts";

export { translate, useTranslates, wantTranslating } from "./translating.ts";

const Shown = lazily(async () => (await import("./shown-translation.tsx")).ShownTranslation);

/** UI-302. A message in another language, once somebody asked for it. */
export function MessageTranslation({ message }: { message: Message }) {
  const shown = useTranslation(message.id);
  return shown?.of === message.text ? <Shown message={message} shown={shown} /> : null;
}
