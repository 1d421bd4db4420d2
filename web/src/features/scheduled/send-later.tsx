import { CalendarDays, Clock } from "lucide-react";
import { useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useClient } from "../../client/use-client.ts";
import { navigate } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { comingTime } from "../../ui/coming-times.ts";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { clockTime } from "../../ui/times.ts";
import type { ForLater, Unscheduled } from "./scheduled.tsx";
import { presets } from "./scheduled-rules.ts";
import { TimeDialog } from "./time-dialog.tsx";

interface SendLaterProps {
  forLater: ForLater;
  /** What has files is not sent later. */
  hasFiles: boolean;
  /** It was put by, with this text. */
  onDone: (text: string) => void;
}

/** Sends what is written at a time: a button beside the one that sends it now. */
export function SendLater({ forLater, hasFiles, onDone }: SendLaterProps) {
  const t = useText();
  const client = useClient();
  const button = useRef<HTMLButtonElement>(null);
  const [isMenu, setIsMenu] = useState(false);
  const [asked, setAsked] = useState<Unscheduled | null>(null);
  /** Tried again after a failure, it is still the same message. */
  const clientId = useRef({ text: "", id: "" });
  const putBy = async (message: Unscheduled, at: Date) => {
    const list = await client.personal.scheduled.get();
    const { text } = message;
    if (clientId.current.text !== text) clientId.current = { text, id: list.newClientId() };
    const { id: client_id } = clientId.current;
    const made = await list.create({ ...message, send_at: at.toISOString(), client_id });
    clientId.current = { text: "", id: "" };
    onDone(message.text);
    const show = () => navigate(`/scheduled?room=${message.room}`);
    notify(t("later.done", { time: comingTime(made.send_at) }), { label: t("later.show"), run: show });
  };
  const choose = (at: Date) =>
    forLater((message) => {
      putBy(message, at).catch((error: unknown) => notify(wordsFor(error, t)));
    });
  const items: MenuItem[] = [
    ...presets().map(({ name, at }) => ({
      label: t(`later.${name}`, { time: clockTime(at.getTime()) }),
      icon: Clock,
      act: () => choose(at),
    })),
    { label: t("later.choose"), icon: CalendarDays, act: () => forLater(setAsked) },
    { label: t("later.title"), icon: Clock, act: () => navigate("/scheduled") },
  ];
  return (
    <>
      <IconButton
        ref={button}
        label={t("later.send")}
        icon={Clock}
        aria-haspopup="menu"
        aria-expanded={isMenu}
        onClick={() => (hasFiles ? notify(t("later.noFiles")) : setIsMenu(true))}
      />
      {isMenu && button.current && (
        <Menu
          label={t("later.send")}
          items={items}
          place={{ element: button.current }}
          onClose={() => setIsMenu(false)}
        />
      )}
      {asked &&
        // The button is in a form, and no form is in another.
        createPortal(
          <TimeDialog
            title={t("later.choose")}
            action={t("later.send")}
            text={asked.text}
            onTime={({ at }) => putBy(asked, at)}
            onClose={() => setAsked(null)}
          />,
          document.body,
        )}
    </>
  );
}
