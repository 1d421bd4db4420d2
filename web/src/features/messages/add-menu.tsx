import { ChartNoAxesColumn, MapPin, User } from "lucide-react";
import { type ComponentType, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import type { Held } from "../../client/outbox-storage.ts";
import { useClient } from "../../client/use-client.ts";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { useText } from "../../ui/text.ts";
import { ContactDialog, LocationDialog } from "../cards/cards.tsx";
import { PollDialog } from "../polls/polls.tsx";

interface Composing {
  onSend: (held: Held) => void;
  onClose: () => void;
}

interface AddMenuProps {
  room: number;
  /** The message that is answered. */
  answered: number | undefined;
  /** The button that it opens from. */
  button: Element;
  onSent: () => void;
  onClose: () => void;
}

/** What else a message may hold: chosen from a menu, then filled in. */
export function AddMenu({ room, answered, button, onSent, onClose }: AddMenuProps) {
  const t = useText();
  const client = useClient();
  const [Chosen, setChosen] = useState<ComponentType<Composing> | null>(null);
  const [isMenu, setIsMenu] = useState(true);
  // The menu closes before what was chosen comes.
  const isOver = !isMenu && !Chosen;
  useEffect(() => {
    if (isOver) onClose();
  }, [isOver, onClose]);
  const entry = (label: string, icon: MenuItem["icon"], dialog: ComponentType<Composing>): MenuItem => ({
    ...{ label, act: () => setChosen(() => dialog) },
    ...(icon && { icon }),
  });
  const send = (held: Held) => {
    onClose();
    const reply = answered === undefined ? {} : { reply_to: answered };
    void client.send(room, "", { ...reply, ...held }).then(onSent);
  };
  if (Chosen) {
    // The button is in a form, and no form is in another.
    return createPortal(<Chosen onSend={send} onClose={onClose} />, document.body);
  }
  if (!isMenu) return null;
  const items = [
    entry(t("poll.new"), ChartNoAxesColumn, PollDialog),
    entry(t("location.new"), MapPin, LocationDialog),
    entry(t("contact.new"), User, ContactDialog),
  ];
  const place = { element: button };
  return <Menu label={t("attach.more")} items={items} place={place} onClose={() => setIsMenu(false)} />;
}
