import type { PushPayload } from "@parley/protocol/push";
import { tagOfReminder, tagOfRoom } from "@parley/protocol/push-tags";

declare const self: ServiceWorkerGlobalScope;

interface Words {
  hidden: string;
  test: string;
  said: string;
  reminder: string;
  /** That of which it reminds is gone. */
  gone: string;
}
/** Put in by the build, by language: no page is there to ask. */
declare const WORDS: Readonly<Record<string, Words>>;

type News = Extract<PushPayload, { kind: "message" }>;
type Reminder = Extract<PushPayload, { kind: "reminder" }>;

const words = WORDS;
const icon = "/icon-192.png";

/** PUSH-12. Shows what a push tells, or takes back what an earlier one has shown. */
export async function showPush(data: PushMessageData | null): Promise<void> {
  const payload = payloadOf(data);
  if (payload?.kind === "test") {
    const { test } = wordsOf(payload.language);
    const path = "/settings/notifications";
    await self.registration.showNotification("Parley", { tag: "test", body: test, icon, data: { path } });
  } else if (payload?.kind === "reminder") {
    await showReminder(payload);
  } else if (payload) {
    await Promise.all(payload.read.map(takeBack));
    if (payload.kind === "message") await showNews(payload);
  }
}

/** Only this server has the key by which it could be read; what is not understood is of another version. */
function payloadOf(data: PushMessageData | null): PushPayload | null {
  try {
    return data ? (data.json() as PushPayload) : null;
  } catch {
    return null;
  }
}

function wordsOf(language: string): Words {
  const [base = ""] = language.toLowerCase().split("-");
  return (words[base] ?? words.en) as Words;
}

async function takeBack({ room, seq }: { room: number; seq: number }): Promise<void> {
  const standing = await self.registration.getNotifications({ tag: tagOfRoom(room) });
  for (const each of standing) if (seqOf(each) <= seq) each.close();
}

async function showNews(news: News): Promise<void> {
  const tag = tagOfRoom(news.room);
  const standing = await self.registration.getNotifications({ tag });
  // A page that was open after all has told of it, or of something later.
  if (standing.some((each) => seqOf(each) >= news.seq)) return;
  const { hidden, said } = wordsOf(news.language);
  const text = news.text ?? hidden;
  const body = news.direct ? text : said.replace("{name}", () => news.sender).replace("{text}", () => text);
  const thread = news.thread === undefined ? "" : `/threads/${news.thread}`;
  const path = `/rooms/${news.room}${thread}?message=${news.message}`;
  await self.registration.showNotification(news.title, { tag, body, icon, data: { path, seq: news.seq } });
  const pages = await self.clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage({ kind: "pushed", tag, seq: news.seq });
}

function seqOf({ data }: Notification): number {
  return Number((data as { seq?: unknown } | null)?.seq ?? 0);
}

/** REMIND-5. Two about one message are one: the later in the place of the earlier. */
async function showReminder({ language, room, message, sender, text, gone }: Reminder): Promise<void> {
  const words = wordsOf(language);
  const about = words.said.replace("{name}", () => sender).replace("{text}", () => text ?? words.hidden);
  const path = gone ? "/reminders" : `/rooms/${room}?message=${message}`;
  const options = { tag: tagOfReminder(message), body: gone ? words.gone : about, icon, data: { path } };
  await self.registration.showNotification(words.reminder, options);
}
