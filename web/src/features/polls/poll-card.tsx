import type { Message } from "@parley/protocol/messages";
import type { Poll } from "@parley/protocol/polls";
import clsx from "clsx";
import { Check, ChevronDown } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { Button } from "../../ui/button.tsx";
import { comingTime } from "../../ui/coming-times.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { useOver } from "../../ui/over.ts";
import { wordsFor } from "../../ui/problem.tsx";
import { listOf, useText } from "../../ui/text.ts";
import { personIn, shownName } from "../users/users.tsx";

interface PollCardProps {
  message: Message;
  poll: Poll;
}

/** A question and its options: a press chooses, another takes that back. */
export function PollCard({ message, poll }: PollCardProps) {
  const t = useText();
  const question = useId();
  const isOver = useOver(poll.closes_at);
  const isClosed = poll.closed_at !== undefined || isOver;
  const { chosen, choose } = useVote(message, poll);
  const [areNamesShown, setAreNamesShown] = useState(false);
  const isNamed = poll.options.some(({ users = [] }) => users.length > 0);
  return (
    <section
      aria-labelledby={question}
      className="my-1 flex max-w-md flex-col gap-2 rounded-xl border border-edge/40 bg-raised p-3"
    >
      <div>
        <p id={question} dir="auto" className="font-semibold break-words">
          {poll.question}
        </p>
        <p className="text-xs text-soft">{t(hintOf(poll, isClosed))}</p>
      </div>
      <ul className="flex flex-col gap-1.5">
        {poll.options.map((option, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an option is its place.
          <li key={place}>
            <Option
              option={option}
              voters={poll.voters}
              isChosen={chosen.includes(place)}
              isOpen={!isClosed}
              onChoose={() => choose(place)}
            />
            {areNamesShown && <Names users={option.users ?? []} />}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-x-3 text-xs text-soft">
        <span role="status">{t("poll.voters", { count: poll.voters })}</span>
        <Until poll={poll} isClosed={isClosed} />
        {isNamed && (
          <button
            type="button"
            aria-expanded={areNamesShown}
            onClick={() => setAreNamesShown(!areNamesShown)}
            className="flex min-h-6 items-center gap-1 font-medium text-accent hover:underline pointer-coarse:min-h-11"
          >
            {t("poll.names")}
            <ChevronDown aria-hidden size={14} className={clsx(areNamesShown && "rotate-180")} />
          </button>
        )}
        {!isClosed && <Close message={message} />}
      </div>
    </section>
  );
}

function hintOf({ several, anonymous }: Poll, isClosed: boolean) {
  if (isClosed) return anonymous ? "poll.closedAnonymous" : "poll.closedHint";
  if (anonymous) return several ? "poll.severalAnonymous" : "poll.oneAnonymous";
  return several ? "poll.severalHint" : "poll.oneHint";
}

function Until({ poll, isClosed }: { poll: Poll; isClosed: boolean }) {
  const t = useText();
  if (isClosed) return <span>{t("poll.isClosed")}</span>;
  return poll.closes_at ? <span>{t("poll.until", { time: comingTime(poll.closes_at) })}</span> : null;
}

const none: readonly number[] = [];

/** What the person has chosen, and how to choose: what was pressed is shown at once. */
function useVote(message: Message, poll: Poll) {
  const t = useText();
  const client = useClient();
  const me = useView(({ state }) => state.user);
  const isSecret = poll.anonymous === true && poll.closed_at === undefined;
  useEffect(() => {
    if (!isSecret) return;
    client.personal.choices.get().then(
      (choices) => choices.want(message.id),
      // Asked for again when the poll is shown again.
      () => undefined,
    );
  }, [client, isSecret, message.id]);
  const secret = useView(({ choices }) => choices.get(message.id)) ?? none;
  const told = poll.anonymous
    ? secret
    : poll.options.flatMap(({ users = [] }, place) => (users.includes(me) ? [place] : []));
  const [wish, setWish] = useState<readonly number[] | null>(null);
  const chosen = wish ?? told;
  const choose = (place: number) => {
    const without = chosen.filter((each) => each !== place);
    const isTaken = without.length < chosen.length;
    const more = poll.several ? [...chosen, place].sort((one, other) => one - other) : [place];
    const next = isTaken ? without : more;
    setWish(next);
    client
      .call("poll.vote", { message: message.id, options: next })
      .then(
        () => poll.anonymous && client.personal.choices.get().then((known) => known.hear(message.id, next)),
      )
      .catch((error: unknown) => notify(wordsFor(error, t)))
      // A later wish is not undone by the answer to an earlier one.
      .finally(() => setWish((now) => (now === next ? null : now)));
  };
  return { chosen, choose };
}

interface OptionProps {
  option: Poll["options"][number];
  voters: number;
  isChosen: boolean;
  isOpen: boolean;
  onChoose: () => void;
}

function Option({ option: { text, votes }, voters, isChosen, isOpen, onChoose }: OptionProps) {
  const t = useText();
  const share = voters > 0 ? Math.round((votes / voters) * 100) : 0;
  const look = clsx(
    "relative flex min-h-9 w-full items-center gap-2 overflow-hidden rounded-lg border px-3 py-1.5 text-start text-sm pointer-coarse:min-h-11",
    isChosen ? "border-accent" : "border-edge/40",
  );
  const content = (
    <>
      <span
        aria-hidden
        style={{ inlineSize: `${share}%` }}
        className="absolute inset-y-0 start-0 bg-tint transition-[inline-size] motion-reduce:transition-none"
      />
      <span
        aria-hidden
        className={clsx(
          "relative flex size-4 shrink-0 items-center justify-center rounded border",
          isChosen ? "border-accent bg-accent text-on-accent" : "border-edge",
          !isOpen && !isChosen && "invisible",
        )}
      >
        {isChosen && <Check size={12} />}
      </span>
      <span dir="auto" className="relative min-w-0 flex-1 break-words">
        {text}
      </span>
      <span className="relative shrink-0 text-xs text-soft tabular-nums">
        {t("poll.votes", { count: votes, share })}
      </span>
    </>
  );
  if (isOpen) {
    return (
      <button
        type="button"
        aria-pressed={isChosen}
        onClick={onChoose}
        className={clsx(look, "hover:bg-hover")}
      >
        {content}
      </button>
    );
  }
  return (
    <div className={look}>
      {content}
      {isChosen && <span className="sr-only">{t("poll.yours")}</span>}
    </div>
  );
}

const namesShown = 50;

function Names({ users }: { users: readonly number[] }) {
  const t = useText();
  const client = useClient();
  useEffect(() => client.want(users.slice(0, namesShown)), [client, users]);
  const names = useView((view) =>
    listOf(users.slice(0, namesShown).map((user) => shownName(personIn(view, user), t))),
  );
  const more = users.length - namesShown;
  return (
    <p className="px-3 pt-1 text-xs text-soft">
      {users.length === 0 && t("poll.nobody")}
      {more > 0 ? t("poll.more", { names, count: more }) : names}
    </p>
  );
}

/** Whoever asked, and admins of the room, close it for good: that is asked about once. */
function Close({ message }: { message: Message }) {
  const t = useText();
  const client = useClient();
  const [isAsked, setIsAsked] = useState(false);
  const mayClose = useView(({ state }) => {
    const role = state.rooms.get(message.room)?.room.role;
    return message.sender === state.user || role === "owner" || role === "admin";
  });
  if (!mayClose) return null;
  const close = () => {
    setIsAsked(false);
    client.call("poll.close", { message: message.id }).catch((error: unknown) => notify(wordsFor(error, t)));
  };
  return (
    <>
      <button
        type="button"
        onClick={() => setIsAsked(true)}
        className="min-h-6 font-medium text-accent hover:underline pointer-coarse:min-h-11"
      >
        {t("poll.close")}
      </button>
      {isAsked && (
        <Dialog
          title={t("poll.closeTitle")}
          onClose={() => setIsAsked(false)}
          actions={
            <>
              <Button onClick={() => setIsAsked(false)}>{t("dialog.cancel")}</Button>
              <Button look="primary" data-first-focus onClick={close}>
                {t("poll.close")}
              </Button>
            </>
          }
        >
          <p className="text-sm">{t("poll.closeSure")}</p>
        </Dialog>
      )}
    </>
  );
}
