import type { Message } from "@parley/protocol/messages";
import { MoreHorizontal, Reply, SmilePlus } from "lucide-react";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { IconButton } from "../../ui/button.tsx";
import type { MenuPlace } from "../../ui/menu.tsx";
import { useText } from "../../ui/text.ts";
import { isAbandoned } from "../users/users.tsx";
import { EmojiPicker } from "./lazy-emoji-picker.tsx";
import { MessageMenu } from "./lazy-message-menu.tsx";
import type { RowActions } from "./message-row.tsx";
import { withOwnEmoji } from "./own-emoji.tsx";
import { useQuickReactions } from "./quick-reactions.ts";

interface MessageActionsProps {
  message: Message;
  isMine: boolean;
  actions: RowActions;
}

/** What can be done with a message: on hover and focus, by the context menu, and by a long press. */
export function MessageActions({ message, isMine, actions }: MessageActionsProps) {
  const t = useText();
  const client = useClient();
  const bar = useRef<HTMLDivElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const element = bar.current;
    // A message that goes leaves the focus in the list that it was in.
    return () => {
      if (element?.contains(document.activeElement)) element.closest<HTMLElement>("[role=log]")?.focus();
    };
  }, []);
  const [menu, setMenu] = useState<MenuPlace | null>(null);
  const [isPicking, setIsPicking] = useState(false);
  const isNear = useRow(bar, setMenu);
  const { quick, used } = useQuickReactions();
  const isClosed = useView(({ state }) => {
    const held = state.rooms.get(message.room);
    return held !== undefined && (held.room.archived || isAbandoned(held));
  });
  const canAnswer = isNear && !isClosed;
  const react = (emoji: string) => {
    used(emoji);
    void client.react(message.id, emoji, true);
  };
  return (
    <>
      <div
        ref={bar}
        className="absolute end-11 -top-4 z-10 flex rounded-lg bg-raised p-0.5 opacity-0 shadow-float group-focus-within:opacity-100 group-hover:opacity-100 has-aria-expanded:opacity-100 pointer-coarse:hidden"
      >
        {canAnswer &&
          quick.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={t("reaction.with", { emoji })}
              className="size-8 rounded-md text-base hover:bg-hover"
              onClick={() => react(emoji)}
            >
              {withOwnEmoji(emoji)}
            </button>
          ))}
        {canAnswer && (
          <IconButton label={t("reaction.add")} icon={SmilePlus} onClick={() => setIsPicking(true)} />
        )}
        {canAnswer && (
          <IconButton label={t("message.reply")} icon={Reply} onClick={() => actions.reply(message)} />
        )}
        <IconButton
          ref={more}
          label={t("message.more")}
          icon={MoreHorizontal}
          aria-haspopup="menu"
          aria-expanded={menu ? true : undefined}
          onClick={() => more.current && setMenu({ element: more.current })}
        />
      </div>
      {menu && (
        <MessageMenu {...{ message, isMine, isClosed, actions }} place={menu} onClose={() => setMenu(null)} />
      )}
      {isPicking && <EmojiPicker onClose={() => setIsPicking(false)} onChoose={react} />}
    </>
  );
}

/**
 * Listens to the row that a bar belongs to. It opens the same menu: by the context menu, which a long press is on touch
 * screens. The answer is whether the pointer or the focus has come to it: until then most of its buttons are not made,
 * which are more than all else that a row is made of.
 */
function useRow(bar: RefObject<HTMLElement | null>, onMenu: (place: MenuPlace) => void): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    const row = bar.current?.closest("article");
    if (!row) return;
    const open = (event: MouseEvent) => {
      // A link and a selected text have a menu of their own.
      if ((event.target as Element).closest("a") || !getSelection()?.isCollapsed) return;
      event.preventDefault();
      onMenu({ x: event.clientX, y: event.clientY });
    };
    const near = () => setIsNear(true);
    row.addEventListener("contextmenu", open);
    row.addEventListener("pointerenter", near);
    row.addEventListener("focusin", near);
    return () => {
      row.removeEventListener("contextmenu", open);
      row.removeEventListener("pointerenter", near);
      row.removeEventListener("focusin", near);
    };
  }, [bar, onMenu]);
  return isNear;
}
