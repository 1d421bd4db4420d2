import type { View } from "../client/view.ts";
import { h } from "./elements.ts";

/** Milliseconds of trouble before it is worth a word. */
const patience = 3_000;

/** Says how the connection is, once it has been away for a while. */
export function createLinkNotice() {
  const element = h("p", { className: "notice", hidden: true, attributes: { role: "status" } });
  let troubledSince: number | null = null;
  return {
    element,
    draw({ link, isOutboxKept }: View): void {
      if (link.status === "ready") troubledSince = null;
      else troubledSince ??= Date.now();
      let text = "";
      if (troubledSince !== null && Date.now() - troubledSince >= patience) text = wordsFor(link);
      else if (!isOutboxKept) text = "This browser cannot keep unsent messages: wait until they are sent.";
      element.hidden = text === "";
      if (element.textContent !== text) element.textContent = text;
    },
  };
}

function wordsFor(link: View["link"]): string {
  const seconds = link.status === "waiting" ? Math.ceil((link.until - Date.now()) / 1000) : 0;
  const next = seconds > 0 ? `Trying again in ${seconds} s.` : "Trying …";
  return `No connection. ${next} What you write is kept and sent then.`;
}
