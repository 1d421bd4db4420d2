import type { Message } from "@parley/protocol/messages";
import {
  AlarmClock,
  Bookmark,
  BookmarkX,
  Copy,
  Eye,
  Flag,
  Forward,
  History,
  Languages,
  Link2,
  MailOpen,
  MessagesSquare,
  MoreHorizontal,
  Pencil,
  Pin,
  PinOff,
  Reply,
  SmilePlus,
  Trash2,
} from "lucide-react";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { isAtLeast } from "../../client/ranks.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { navigate } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Menu, type MenuItem, type MenuPlace } from "../../ui/menu.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { type Translate, useText } from "../../ui/text.ts";
import { translate, useTranslates, wantTranslating } from "../translations/translations.tsx";
import { isAbandoned } from "../users/users.tsx";
import { EmojiPicker } from "./lazy-emoji-picker.tsx";
import type { RowActions } from "./message-row.tsx";
import { withOwnEmoji } from "./own-emoji.tsx";
import { useQuickReactions } from "./quick-reactions.ts";
import { threadOf } from "./timeline-rows.ts";

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
  const role = useView(({ state }) => state.rooms.get(message.room)?.room.role ?? null);
  const needed = useView(
    ({ state }) => state.rooms.get(message.room)?.room.permissions.pin_messages ?? "owner",
  );
  const isClosed = useView(({ state }) => {
    const held = state.rooms.get(message.room);
    return held !== undefined && (held.room.archived || isAbandoned(held));
  });
  const canAnswer = isNear && !isClosed;
  const react = (emoji: string) => {
    used(emoji);
    void client.react(message.id, emoji, true);
  };
  const items = (saving: Saving) =>
    itemsOf({
      ...saving,
      message,
      isMine,
      actions,
      t,
      mayPin: !isClosed && isAtLeast(role, needed),
      pin: () =>
        void client
          .call("pin.set", { message: message.id, on: !message.pinned_at })
          .catch((error: unknown) => notify(wordsFor(error, t))),
      mayRemove: isMine || isAtLeast(role, "admin"),
      isClosed,
    });
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
      {menu && <OpenMenu message={message} items={items} place={menu} onClose={() => setMenu(null)} />}
      {isPicking && <EmojiPicker onClose={() => setIsPicking(false)} onChoose={react} />}
    </>
  );
}

interface Saving {
  isSaved: boolean;
  save: () => void;
  /** Null where the server does not translate. */
  translate: (() => void) | null;
}

interface OpenMenuProps {
  message: Message;
  items: (saving: Saving) => MenuItem[];
  place: MenuPlace;
  onClose: () => void;
}

/** Which messages are saved matters only here: a row does not follow it. */
function OpenMenu({ message, items, place, onClose }: OpenMenuProps) {
  const t = useText();
  const client = useClient();
  const { saved } = client.personal;
  const isSaved = useView((view) => view.saved?.has(message.id) ?? false);
  useEffect(() => saved.want(), [saved]);
  const translates = useTranslates() && message.text !== "";
  useEffect(() => wantTranslating(client), [client]);
  const save = () =>
    void saved.set(message.id, !isSaved).then(
      () =>
        notify(t(isSaved ? "saved.removed" : "saved.added"), {
          label: t("saved.show"),
          run: () => navigate("/saved"),
        }),
      (error: unknown) => notify(wordsFor(error, t)),
    );
  return (
    <Menu
      label={t("message.more")}
      items={items({ isSaved, save, translate: translates ? () => void translate(client, message) : null })}
      place={place}
      onClose={onClose}
    />
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

interface ItemsOf extends MessageActionsProps, Saving {
  t: Translate;
  mayPin: boolean;
  pin: () => void;
  mayRemove: boolean;
  isClosed: boolean;
}

function itemsOf({
  message,
  isMine,
  actions,
  t,
  mayRemove,
  mayPin,
  pin,
  isSaved,
  save,
  translate,
  isClosed,
}: ItemsOf): MenuItem[] {
  const items: (MenuItem | false)[] = [
    !isClosed && {
      label: t("message.reply"),
      icon: Reply,
      shortcut: "R",
      act: () => actions.reply(message),
    },
    {
      label: t("thread.open"),
      icon: MessagesSquare,
      shortcut: "T",
      act: () => actions.thread(threadOf(message)),
    },
    isMine &&
      !isClosed && {
        label: t("message.edit"),
        icon: Pencil,
        shortcut: "E",
        act: () => actions.edit(message),
      },
    {
      label: t("message.copy"),
      icon: Copy,
      shortcut: "C",
      act: () => void navigator.clipboard.writeText(message.text),
    },
    translate !== null && { label: t("translation.action"), icon: Languages, act: translate },
    {
      label: t("message.link"),
      icon: Link2,
      act: () =>
        void navigator.clipboard.writeText(`${location.origin}/rooms/${message.room}?message=${message.id}`),
    },
    !message.in_thread && {
      label: t("message.unread"),
      icon: MailOpen,
      act: () => actions.unread(message),
    },
    { label: t("message.forward"), icon: Forward, act: () => actions.forward(message) },
    {
      label: t(isSaved ? "saved.remove" : "saved.add"),
      icon: isSaved ? BookmarkX : Bookmark,
      act: save,
    },
    { label: t("remind.menu"), icon: AlarmClock, act: () => actions.remind(message) },
    !isMine && { label: t("report.action"), icon: Flag, act: () => actions.report(message) },
    mayPin && {
      label: t(message.pinned_at ? "pins.unpin" : "pins.pin"),
      icon: message.pinned_at ? PinOff : Pin,
      act: pin,
    },
    isMine && { label: t("message.receipts"), icon: Eye, act: () => actions.receipts(message) },
    message.edited_at !== undefined && {
      label: t("message.history"),
      icon: History,
      act: () => actions.history(message),
    },
    mayRemove && {
      label: t("message.delete"),
      icon: Trash2,
      danger: true,
      act: () => actions.remove(message),
    },
  ];
  return items.filter((item) => item !== false);
}
