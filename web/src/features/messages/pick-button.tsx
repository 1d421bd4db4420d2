import { Smile } from "lucide-react";
import { useState } from "react";
import { createPortal } from "react-dom";
import { useClient } from "../../client/use-client.ts";
import { IconButton } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";
import { EmojiPicker } from "./lazy-emoji-picker.tsx";
import type { Aim } from "./use-composer.ts";

interface PickButtonProps {
  room: number;
  thread: number | undefined;
  aim: Aim;
  onEmoji: (emoji: string) => void;
  onStuck: () => void;
}

/** STICKER-5. An emoji goes into what is written; a sticker is sent by itself, and what is written stays. */
export function PickButton({ room, thread, aim, onEmoji, onStuck }: PickButtonProps) {
  const t = useText();
  const client = useClient();
  const [isOpen, setIsOpen] = useState(false);
  const answered = thread ?? aim?.message.id;
  const stick = (sticker: number) => {
    const reply = answered === undefined ? {} : { reply_to: answered };
    void client.send(room, "", { sticker, ...reply }).then(onStuck);
  };
  const close = () => setIsOpen(false);
  const picker = (
    <EmojiPicker onClose={close} onChoose={onEmoji} {...(aim?.kind !== "edit" && { onSticker: stick })} />
  );
  return (
    <>
      <IconButton label={t("emoji.title")} icon={Smile} onClick={() => setIsOpen(true)} />
      {/* Enter in its field does not send what is written. */}
      {isOpen && createPortal(picker, document.body)}
    </>
  );
}
