import type { Message } from "@parley/protocol/messages";
import { AlarmClock, Check, Pencil } from "lucide-react";
import { useEffect, useState } from "react";
import type { ReminderEntry } from "../../client/reminders.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { comingTime } from "../../ui/coming-times.ts";
import { plainWords } from "../../ui/markdown.ts";
import { Problem, wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { PersonAvatar, usePersonName } from "../users/users.tsx";
import { RemindDialog } from "./remind-dialog.tsx";
import { inOrder } from "./reminder-rules.ts";

interface ReminderPanelProps {
  /** A room's name as it is shown; empty for a room in which the person is not. */
  roomName: (room: number) => string;
}

/** What the person wants to come back to: what is due first, then by its time. */
export function ReminderPanel({ roomName }: ReminderPanelProps) {
  const client = useClient();
  const reminders = useView((view) => view.reminders);
  const [changed, setChanged] = useState<Message | null>(null);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    client.personal.reminders.get().then((list) => {
      list.want();
      list.refresh();
    }, setError);
  }, [client]);
  const shown = inOrder(reminders);
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-3 px-4 py-4">
      <Problem error={error} />
      <ol className="flex flex-col gap-2 empty:hidden">
        {shown.map((each) => (
          <li key={each.message}>
            <Entry entry={each} room={roomName(each.room)} onChange={setChanged} />
          </li>
        ))}
      </ol>
      {reminders && shown.length === 0 && <Nothing />}
      {changed && <RemindDialog message={changed} onClose={() => setChanged(null)} />}
    </div>
  );
}

function Nothing() {
  const t = useText();
  return (
    <div className="flex flex-col items-center gap-3 py-10 text-center text-soft">
      <AlarmClock aria-hidden size={36} />
      <p>{t("remind.none")}</p>
      <Link href="/" className="text-accent underline">
        {t("settings.back")}
      </Link>
    </div>
  );
}

interface EntryProps {
  entry: ReminderEntry;
  room: string;
  onChange: (message: Message) => void;
}

function Entry({ entry, room, onChange }: EntryProps) {
  const t = useText();
  const client = useClient();
  // What is held is as it is now: changed, or deleted while the list is open.
  const held = useView(({ state }) => state.rooms.get(entry.room)?.messages.get(entry.message));
  const message = held ?? entry.about;
  const about = entry.about && message && message.deleted_at === undefined ? message : null;
  const remove = async () => {
    const list = await client.personal.reminders.get();
    await list.remove(entry.message);
    const again = () => list.set(entry.message, new Date(entry.remind_at));
    const canUndo = about && Date.parse(entry.remind_at) > Date.now();
    const undo = { label: t("saved.undo"), run: () => void failing(again()) };
    notify(t("remind.removed"), canUndo ? undo : undefined);
  };
  const failing = (work: Promise<unknown>) => work.catch((error: unknown) => notify(wordsFor(error, t)));
  const isDue = entry.state === "due";
  return (
    <article className="flex flex-wrap justify-end rounded-xl border bg-raised">
      <div className="min-w-[min(100%,14rem)] flex-1 rounded-xl hover:bg-hover">
        {about ? <About message={about} room={room} /> : <Gone />}
      </div>
      <footer className="flex items-center gap-1 p-2 ps-3">
        <time
          dateTime={entry.remind_at}
          title={fullTime(entry.remind_at)}
          className={isDue ? "text-sm font-semibold text-accent" : "text-sm text-soft"}
        >
          {isDue ? t("remind.wasDue", { time: comingTime(entry.remind_at) }) : comingTime(entry.remind_at)}
        </time>
        {about && <IconButton label={t("remind.change")} icon={Pencil} onClick={() => onChange(about)} />}
        <IconButton label={t("remind.remove")} icon={Check} onClick={() => void failing(remove())} />
      </footer>
    </article>
  );
}

function About({ message, room }: { message: Message; room: string }) {
  const t = useText();
  const name = usePersonName(message.sender);
  return (
    <Link href={`/rooms/${message.room}?message=${message.id}`} className="flex gap-3 p-3">
      <PersonAvatar user={message.sender} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline gap-x-2 text-sm">
          <b dir="auto" className="font-semibold">
            {name}
          </b>
          <span dir="auto" className="text-accent">
            {room || t("saved.notInRoom")}
          </span>
        </span>
        <span dir="auto" className="line-clamp-4 text-sm break-words">
          {wordsOf(t, message, plainWords)}
        </span>
      </span>
    </Link>
  );
}

function Gone() {
  const t = useText();
  return <p className="p-3 text-sm text-soft italic">{t("remind.gone")}</p>;
}
