import type { Message } from "@parley/protocol/messages";
import { Forward } from "lucide-react";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { MessageFiles } from "../files/files.tsx";
import { MessagePreviews } from "../link-previews/link-previews.tsx";
import { MessageTranslation } from "../translations/translations.tsx";
import { usePersonName } from "../users/users.tsx";

/** What belongs to the text. */
export function Parts({ message, isMine }: { message: Message; isMine: boolean }) {
  return (
    <>
      <MessageTranslation message={message} />
      {message.files && <MessageFiles files={message.files} />}
      {message.previews && <MessagePreviews message={message} isMine={isMine} />}
    </>
  );
}

/** Who first said what was forwarded; never where. */
export function Provenance({ forwarded }: { forwarded: NonNullable<Message["forwarded"]> }) {
  const t = useText();
  const name = usePersonName(forwarded.sender);
  return (
    <p className="flex items-center gap-1 text-xs text-soft">
      <Forward aria-hidden size={13} className="rtl:-scale-x-100" />
      {t("message.forwarded", { name, time: fullTime(forwarded.created_at) })}
    </p>
  );
}
