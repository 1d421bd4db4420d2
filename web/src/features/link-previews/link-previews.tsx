import type { Message } from "@parley/protocol/messages";
import { lazy, Suspense } from "react";
import { withTexts } from "../../ui/lazily.tsx";
import { cardSize } from "./card-size.ts";

const Shown = lazy(async () => ({
  default: (await withTexts(() => import("./shown-previews.tsx"))).ShownPreviews,
}));

/** UI-300. What the pages say of themselves that a message links to. */
export function MessagePreviews({ message, isMine }: { message: Message; isMine: boolean }) {
  const { previews = [] } = message;
  return (
    <Suspense fallback={previews.map((each) => <div key={each.url} className={`my-1 ${cardSize(each)}`} />)}>
      <Shown message={message.id} previews={previews} isMine={isMine} />
    </Suspense>
  );
}
