import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import { type RefObject, useState } from "react";
import type { Client } from "../../client/client.ts";
import { draftKey } from "../../client/drafts-storage.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { allEmoji, knownEmoji } from "../../ui/emoji.ts";
import { useTray } from "../files/files.tsx";
import type { ForLater } from "../scheduled/scheduled.tsx";
import { mentionsIn, type Query, queryAt, type Suggestion } from "./completion.ts";
import { namesEmoji, withEmoji } from "./emoji-names.ts";
import { useSuggestions } from "./use-suggestions.ts";

/** What is written: a new message where there is none. */
export type Aim = { kind: "reply" | "edit"; message: Message } | null;

interface ComposerOf {
  room: number;
  thread: number | undefined;
  aim: Aim;
  onAim: (aim: Aim) => void;
  onSent: () => void;
  area: RefObject<HTMLTextAreaElement | null>;
}

/** What is written in a room: its text, what completes it, and where it goes. */
export function useComposer({ room, thread, aim, onAim, onSent, area }: ComposerOf) {
  const client = useClient();
  const { text, setText, finish } = useDraft(room, thread ?? null, aim);
  const [query, setQuery] = useState<Query | null>(null);
  const [chosen, setChosen] = useState(0);
  const [error, setError] = useState<unknown>();
  const alsoInRoom = useAlsoInRoom(thread);
  const suggestions = useSuggestions(room, query);
  // The room's files are not the thread's: what is written there carries none.
  const tray = useTray(thread === undefined ? room : 0);
  const attachments = tray.entries.map(({ key }) => key);
  const isSendable = maySend(aim, text, tray);

  const look = () => {
    if (!area.current) return;
    setQuery(queryIn(area.current));
    setChosen(0);
  };
  const insert = (words: string, span?: { from: number; to: number }) => {
    if (!area.current) return;
    setText(inserted(area.current, words, span));
    setQuery(null);
  };
  const type = (written: string) => {
    setText(written);
    fetchEmojiFor(written);
    if (aim?.kind !== "edit") client.typing(room, written.trim() !== "");
    look();
  };
  /** Seconds after which the next message is deleted by itself; null where it has no time of its own. */
  const [timer, setTimer] = useState<number | null>(null);
  const [toAll, setToAll] = useState<{ count: number; go: () => void } | null>(null);
  const answered = thread ?? aim?.message.id;
  const contentFor = (written: string) => ({
    ...alsoInRoom.placed(contentOf(client, { room, written, answered })),
    ...(timer !== null && { delete_after: timer }),
  });
  const done = () => {
    finish();
    setTimer(null);
    alsoInRoom.set(false);
    onAim(null);
  };
  const submit = async ({ isSure = false } = {}) => {
    const written = writtenIn(client, text);
    if (!isSendable || written.length > limits.messageText) return;
    const told = isSure || aim?.kind === "edit" ? null : toldOf(client, room, written);
    if (told !== null) return setToAll({ count: told, go: () => void submit({ isSure: true }) });
    setError(undefined);
    setQuery(null);
    try {
      if (aim?.kind === "edit") await change(client, aim.message, written);
      else {
        const carried = { ...contentFor(written), ...(attachments.length > 0 && { attachments }) };
        const kept = client.send(room, written, carried);
        client.drafts.sent(room, thread ?? null, kept);
        void kept.then(onSent);
      }
      done();
    } catch (problem) {
      setError(problem);
    }
  };
  /** What is written, to be sent later; whoever mentions everybody is asked first. */
  const forLater: ForLater = (go) => {
    const written = writtenIn(client, text);
    const count = toldOf(client, room, written);
    const take = () => go({ room, text: written, ...contentFor(written) });
    return count === null ? take() : setToAll({ count, go: take });
  };
  /** It was put by: what was written since stays. */
  const putBy = (scheduled: string) => {
    if (writtenIn(client, area.current?.value ?? "") === scheduled) done();
  };
  /** False when there was nothing to call off. */
  const cancel = () => {
    if (query) setQuery(null);
    else if (aim?.kind === "edit") finish();
    if (!query && aim) onAim(null);
    return query !== null || aim !== null;
  };
  return {
    ...{ toAll, askNoMore: () => setToAll(null) },
    ...{ timer, setTimer },
    ...{ text, error, suggestions, chosen, tray, isSendable },
    ...{ setText, type, look, insert, submit, cancel, forLater, putBy, alsoInRoom },
    accept: (suggestion: Suggestion) => query && insert(suggestion.insert, query),
    move: (step: number) => setChosen((chosen + step + suggestions.length) % suggestions.length),
    close: () => setQuery(null),
  };
}

export type ComposerState = ReturnType<typeof useComposer>;

/** What stands before the caret. */
function queryIn({ selectionStart: caret, selectionEnd, value }: HTMLTextAreaElement): Query | null {
  return caret === selectionEnd ? queryAt(value, caret) : null;
}

/** Puts words in where the caret is, or in the place of others; answers the whole text. */
function inserted(area: HTMLTextAreaElement, words: string, span?: { from: number; to: number }): string {
  area.focus();
  if (span) area.setSelectionRange(span.from, span.to);
  // The only way that leaves undo as the person expects it.
  if (!document.execCommand("insertText", false, words)) area.setRangeText(words);
  return area.value;
}

/** What has files needs no words. */
function maySend(aim: Aim, text: string, { entries, stuck }: ReturnType<typeof useTray>): boolean {
  const isCarrying = aim?.kind === "edit" ? aim.message.files !== undefined : entries.length > 0;
  const isStuck = aim?.kind !== "edit" && stuck !== null;
  return (text.trim() !== "" || isCarrying) && !isStuck;
}

/** Whether what is written in a thread is shown in its room, too: that is wished anew for each answer. */
function useAlsoInRoom(thread: number | undefined) {
  const [is, set] = useState(false);
  /** What is for everybody is said where everybody sees it. */
  const placed = <Content extends { mention_all?: boolean }>(content: Content) => ({
    ...content,
    ...(thread !== undefined && !is && !content.mention_all && { in_thread: true }),
  });
  return { is, set, placed };
}

/** EMOJI-10. What is sent of what was typed. */
function writtenIn(client: Client, text: string): string {
  return withEmoji(text.trim(), knownEmoji(), client.view.getState().library?.emoji);
}

/** Names of emoji are known by the time a text is sent; where not, it is sent as it is written. */
function fetchEmojiFor(written: string): void {
  if (namesEmoji(written)) allEmoji().catch(() => undefined);
}

/** From so many people on, mentioning all of them is asked about first. */
const manyPeople = 10;

/** COMPLETE-3. How many would be told of a text that mentions everybody, where they are many. */
function toldOf(client: Client, room: number, written: string): number | null {
  const held = client.view.getState().state.rooms.get(room)?.room;
  if (!held || held.kind === "direct" || held.member_count <= manyPeople) return null;
  return mentionsIn(written, new Map()).mention_all ? held.member_count - 1 : null;
}

async function change(client: Client, { id, room, text }: Message, written: string): Promise<void> {
  if (written === text) return;
  await client.edit(id, written, mentionsIn(written, client.roomPeople.byName(room)).mentions);
}

interface Written {
  room: number;
  written: string;
  answered: number | undefined;
}

/** What goes with the words. */
function contentOf(client: Client, { room, written, answered }: Written) {
  const { mentions, mention_all } = mentionsIn(written, client.roomPeople.byName(room));
  const { user: me } = client.view.getState().state;
  const others = mentions.filter((user) => user !== me);
  return {
    ...(answered !== undefined && { reply_to: answered }),
    ...(others.length > 0 && { mentions: others }),
    ...(mention_all && { mention_all }),
  };
}

/** What is written in a room or a thread, kept; a change to a message that was sent is not mixed up with it. */
function useDraft(room: number, replyTo: number | null, aim: Aim) {
  const client = useClient();
  const draft = useView(({ drafts }) => drafts.get(draftKey(room, replyTo))?.text ?? "");
  const edited = aim?.kind === "edit" ? aim.message : null;
  const [change, setChange] = useState<{ of: Message; text: string }>();
  const setText = (text: string) =>
    edited ? setChange({ of: edited, text }) : client.drafts.set(room, text, { replyTo });
  const changed = change && change.of === edited ? change.text : edited?.text;
  return { text: changed ?? draft, setText, finish: () => setText("") };
}
