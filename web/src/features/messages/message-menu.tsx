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
  Pencil,
  Pin,
  PinOff,
  Reply,
  Trash2,
} from "lucide-react";
import { useEffect } from "react";
import { isAtLeast } from "../../client/ranks.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { navigate } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { Menu, type MenuItem, type MenuPlace } from "../../ui/menu.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { type Translate, useText } from "../../ui/text.ts";
import { translate, useTranslates, wantTranslating } from "../translations/translations.tsx";
import type { RowActions } from "./message-row.tsx";
import { threadOf } from "./timeline-rows.ts";

export interface MessageMenuProps {
  message: Message;
  isMine: boolean;
  /** Whether nobody adds to the room any longer. */
  isClosed: boolean;
  actions: RowActions;
  place: MenuPlace;
  onClose: () => void;
}

/** All that can be done with a message. Which are saved matters only here: a row does not follow it. */
export function MessageMenu({ message, isMine, isClosed, actions, place, onClose }: MessageMenuProps) {
  const t = useText();
  const client = useClient();
  const { saved } = client.personal;
  const isSaved = useView((view) => view.saved?.has(message.id) ?? false);
  useEffect(() => saved.want(), [saved]);
  const translates = useTranslates() && message.text !== "";
  useEffect(() => wantTranslating(client), [client]);
  const role = useView(({ state }) => state.rooms.get(message.room)?.room.role ?? null);
  const needed = useView(
    ({ state }) => state.rooms.get(message.room)?.room.permissions.pin_messages ?? "owner",
  );
  const told = (error: unknown) => notify(wordsFor(error, t));
  const items = itemsOf({
    ...{ message, isMine, isClosed, actions, t, isSaved },
    translate: translates ? () => void translate(client, message) : null,
    mayPin: !isClosed && isAtLeast(role, needed),
    pin: () => void client.call("pin.set", { message: message.id, on: !message.pinned_at }).catch(told),
    mayRemove: isMine || isAtLeast(role, "admin"),
    save: () =>
      void saved.set(message.id, !isSaved).then(
        () =>
          notify(t(isSaved ? "saved.removed" : "saved.added"), {
            label: t("saved.show"),
            run: () => navigate("/saved"),
          }),
        told,
      ),
  });
  return <Menu label={t("message.more")} items={items} place={place} onClose={onClose} />;
}

interface ItemsOf extends Pick<MessageMenuProps, "message" | "isMine" | "isClosed" | "actions"> {
  t: Translate;
  isSaved: boolean;
  save: () => void;
  /** Null where the server does not translate. */
  translate: (() => void) | null;
  mayPin: boolean;
  pin: () => void;
  mayRemove: boolean;
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
