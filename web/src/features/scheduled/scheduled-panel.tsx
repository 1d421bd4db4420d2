import type { Scheduled } from "@parley/protocol/scheduled";
import { CircleAlert, Clock, Pencil, SendHorizontal, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import type { ScheduledList } from "../../client/scheduled.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { Link, navigate } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { comingTime } from "../../ui/coming-times.ts";
import { plainWords } from "../../ui/markdown.ts";
import { Problem, wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { byTime } from "./scheduled-rules.ts";
import { TimeDialog } from "./time-dialog.tsx";

interface ScheduledPanelProps {
  /** Only what goes to this room; null for all of them. */
  room: number | null;
  /** A room's name as it is shown; empty for a room in which the person is not. */
  roomName: (room: number) => string;
  /** People of a room whose names stand in a text, as far as they are known here. */
  namedIn: (room: number, text: string) => readonly number[];
}

/** What the person has yet to send, by its time; what could not be sent comes first. */
export function ScheduledPanel({ room, roomName, namedIn }: ScheduledPanelProps) {
  const t = useText();
  const client = useClient();
  const scheduled = useView((view) => view.scheduled);
  const [changed, setChanged] = useState<Scheduled | null>(null);
  const [list, setList] = useState<ScheduledList>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    void client.personal.scheduled.get().then((found) => {
      found.want();
      setList(found);
    }, setError);
  }, [client]);
  const shown = byTime(scheduled).filter((each) => room === null || each.room === room);
  const mentionsAfter = ({ room: to, mentions = [] }: Scheduled, text: string) => {
    const { people } = client.view.getState();
    const nameOf = (user: number) => people.get(user)?.username.toLowerCase() ?? "";
    const isStill = (user: number) => text.toLowerCase().includes(`@${nameOf(user)}`);
    return [...new Set([...mentions.filter(isStill), ...namedIn(to, text)])];
  };
  const elsewhere = (scheduled?.size ?? 0) - shown.length;
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-3 px-4 py-4">
      <Problem error={error} />
      <ol className="flex flex-col gap-2 empty:hidden">
        {shown.map((each) => (
          <li key={each.id}>
            {list && (
              <Entry
                {...{ list, scheduled: each, room: roomName(each.room) }}
                onChange={() => setChanged(each)}
              />
            )}
          </li>
        ))}
      </ol>
      {scheduled && shown.length === 0 && <Nothing />}
      {elsewhere > 0 && (
        <Link href="/scheduled" className="self-center text-accent underline">
          {t("later.elsewhere", { count: elsewhere })}
        </Link>
      )}
      {changed && list && (
        <TimeDialog
          title={t("later.change")}
          action={t("dialog.save")}
          text={changed.text}
          at={changed.send_at}
          isEdit
          onTime={({ at, text }) =>
            list.update({
              scheduled: changed.id,
              ...(text !== "" && text !== changed.text && { text, mentions: mentionsAfter(changed, text) }),
              send_at: at.toISOString(),
            })
          }
          onClose={() => setChanged(null)}
        />
      )}
    </div>
  );
}

function Nothing() {
  const t = useText();
  return (
    <div className="flex flex-col items-center gap-3 py-10 text-center text-soft">
      <Clock aria-hidden size={36} />
      <p>{t("later.none")}</p>
      <Link
        href="/"
        className="inline-flex min-h-6 items-center text-accent underline pointer-coarse:min-h-11"
      >
        {t("settings.back")}
      </Link>
    </div>
  );
}

interface EntryProps {
  list: ScheduledList;
  scheduled: Scheduled;
  room: string;
  onChange: () => void;
}

function Entry({ list, scheduled, room, onChange }: EntryProps) {
  const t = useText();
  const { id, text, send_at, reason } = scheduled;
  const failing = (work: Promise<unknown>) => work.catch((error: unknown) => notify(wordsFor(error, t)));
  const sendNow = async () => {
    await list.sendNow(id);
    const open = () => navigate(`/rooms/${scheduled.room}`);
    notify(t("later.sent"), { label: t("rooms.open"), run: open });
  };
  const cancel = async () => {
    await list.cancel(id);
    // Put by anew: what was taken back is not remembered.
    const { mentions, mention_all, reply_to, delete_after } = scheduled;
    const again = () =>
      list.create({
        ...{ room: scheduled.room, text, send_at, client_id: list.newClientId() },
        ...(mentions && { mentions }),
        ...(mention_all && { mention_all }),
        ...(delete_after !== undefined && { delete_after }),
        ...(reply_to !== undefined && { reply_to }),
      });
    const canUndo = Date.parse(send_at) > Date.now();
    const undo = { label: t("saved.undo"), run: () => void failing(again()) };
    notify(t("later.cancelled"), canUndo ? undo : undefined);
  };
  return (
    <article className="flex flex-col gap-1 rounded-xl border bg-raised p-3">
      <header className="flex flex-wrap items-baseline gap-x-2 text-sm">
        <b dir="auto" className="font-semibold">
          {room || t("saved.notInRoom")}
        </b>
        <time dateTime={send_at} title={fullTime(send_at)} className="text-soft">
          {comingTime(send_at)}
        </time>
      </header>
      <p dir="auto" className="line-clamp-6 break-words whitespace-pre-wrap">
        {plainWords(text)}
      </p>
      {reason && (
        <p className="flex items-start gap-2 text-sm text-danger">
          <CircleAlert aria-hidden size={17} className="mt-0.5 shrink-0" />
          {t(`later.reason.${reason}`)}
        </p>
      )}
      <footer className="flex justify-end gap-1">
        <IconButton label={t("later.change")} icon={Pencil} onClick={onChange} />
        <IconButton
          label={t("later.sendNow")}
          icon={SendHorizontal}
          className="rtl:-scale-x-100"
          onClick={() => void failing(sendNow())}
        />
        <IconButton label={t("later.cancel")} icon={Trash2} onClick={() => void failing(cancel())} />
      </footer>
    </article>
  );
}
