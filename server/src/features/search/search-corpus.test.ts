import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { indexSlice } from "../search-index/search-index.ts";

const corpus = {
  lunch: "Lunch at noon? The canteen has Café crème today.",
  door: "Die Haustür klemmt, bitte durch die Gartentür.",
  key: "Wer hat den Haustürschlüssel?",
  street: "Wir treffen uns in der Hauptstraße 12.",
  steamer: "Donaudampfschifffahrtsgesellschaft ist ein langes Wort",
  greek: "Ο Ποσειδῶνας είναι θεός",
  russian: "Спасибо за ёлку, до встречи в четверг",
  turkish: "İstanbul'a ne zaman geliyorsun?",
  arabic: "كِتَابٌ جديد في المكتبة",
  hebrew: "שָׁלוֹם לכולם",
  thai: "พรุ่งนี้เจอกันที่กรุงเทพนะ",
  chinese: "会议改到星期三下午",
  chineseCat: "我家的猫很可爱",
  japanese: "東京タワーで会いましょう",
  halfwidth: "ｶﾞﾗｽを割った",
  korean: "내일 서울역에서 만나요",
  hindi: "कल हिन्दी की कक्षा है",
  file: "See src/foo_bar.ts and report-2024.final.pdf",
  camel: "Call getUserName() before HTTPServer.listen",
  version: "Released v1.2.3 today",
  mail: "Write to info@chess.example.org",
  link: "Notes: https://example.org/notes/today?day=3#top",
  code: "`SELECT * FROM users WHERE name = 'x' AND id <> 3`",
  emoji: "Great 🎉 well done 👍🏽",
  order: "the meeting about the budget",
  swapped: "the budget about the meeting",
  plain: "nothing to see here, they said; then it ended",
} as const;
type Key = keyof typeof corpus;

const queries: [text: string, found: Key[]][] = [
  ["lunch", ["lunch"]],
  ["LUNCH noon", ["lunch"]],
  ["cafe creme", ["lunch"]],
  ["CAFÉ", ["lunch"]],
  ["lun", ["lunch"]],
  ["lun noon", []],
  ["noon lun", ["lunch"]],
  ["lu", []],
  ["tür", ["door"]],
  ["haustür", ["door", "key"]],
  ["haustur klemmt", ["door"]],
  ["schlüssel", ["key"]],
  ["schlussel wer", ["key"]],
  ['"tür"', []],
  ["strasse", ["street"]],
  ["STRASSE 12", ["street"]],
  ["hauptstrasse", ["street"]],
  ["hauptstraße", ["street"]],
  ["gesellschaft", ["steamer"]],
  ["donaudampf", ["steamer"]],
  ["ποσειδωνας", ["greek"]],
  ["ΘΕΟΣ", ["greek"]],
  ["елку", ["russian"]],
  ["СПАСИБО встречи", ["russian"]],
  ["istanbul", ["turkish"]],
  ["كتاب", ["arabic"]],
  ["المكتبة كتاب", ["arabic"]],
  ["المكتبه", ["arabic"]],
  ["שלום", ["hebrew"]],
  ["กรุงเทพ", ["thai"]],
  ["เจอกัน", ["thai"]],
  ["กทม", []],
  ["星期三", ["chinese"]],
  ["会议", ["chinese"]],
  ["议改到", ["chinese"]],
  ["猫", ["chineseCat"]],
  ["三猫", []],
  ["東京", ["japanese"]],
  ["タワー", ["japanese"]],
  ["京東", []],
  ["ガラス", ["halfwidth"]],
  ["서울", ["korean"]],
  ["서울역에서 내일", ["korean"]],
  ["हिन्दी", ["hindi"]],
  ["foo_bar.ts", ["file"]],
  ["foo_bar", ["file"]],
  ["bar", ["file"]],
  ["src/foo_bar.ts", ["file"]],
  ["bar_foo", []],
  ["report-2024.final.pdf", ["file"]],
  ["2024", ["file"]],
  ["getUserName", ["camel"]],
  ["getusername", ["camel"]],
  ["user", ["code", "camel"]],
  ["server", ["camel"]],
  ["httpserver.listen", ["camel"]],
  ["v1.2.3", ["version"]],
  ["v1.2.4", []],
  ["info@chess.example.org", ["mail"]],
  ["chess.example.org", ["mail"]],
  ["example.org", ["link", "mail"]],
  ["https://example.org/notes/today", ["link"]],
  ["notes today", ["link"]],
  ["select from users", ["code"]],
  ["🎉", ["emoji"]],
  ["👍", ["emoji"]],
  ["👍🏿 well", ["emoji"]],
  ['"meeting about the budget"', ["order"]],
  ['"Budget about"', ["swapped"]],
  ["“budget about”", ["swapped"]],
  ['"about the" meeting', ["swapped", "order"]],
  ["meeting budget", ["swapped", "order"]],
  ['meeting -"meeting about"', ["swapped"]],
  ["today -lunch", ["link", "version"]],
  ["today -lunch -https", ["version"]],
  ["the -meeting -haustür", ["lunch"]],
  ["--meeting", ["swapped", "order"]],
  ["well-done", ["emoji"]],
  ["the AND budget", []],
  ["name NOT id", []],
  ["here they", ["plain"]],
  ["*", []],
  ['"', []],
  ["-", []],
  ["tokens:lunch", []],
  ["r:1", []],
];

onEveryEngine((engine) => {
  let fixture: TestRooms;
  const keyOf = new Map<number, Key>();

  beforeAll(async () => {
    fixture = await testRooms({ engine });
    const { does, ids, rooms } = fixture;
    for (const [key, text] of Object.entries(corpus)) {
      keyOf.set((await does(ids.alice, "message.send", { room: rooms.design.id, text })).id, key as Key);
    }
  });
  afterAll(() => fixture.close());

  async function found(text: string): Promise<Key[]> {
    const { does, ids } = fixture;
    const { hits, next, complete } = await does(ids.bob, "message.search", { text, limit: limits.pageMax });
    expect([next, complete]).toEqual([null, true]);
    return hits.map(({ message }) => keyOf.get(message.id) as Key);
  }

  const order = Object.keys(corpus) as Key[];
  const newestFirst = (keys: Key[]) =>
    keys.toSorted((one, other) => order.indexOf(other) - order.indexOf(one));

  for (const state of ["in the queue", "in the index"] as const) {
    describe(state, () => {
      beforeAll(async () => {
        if (state === "in the index") await fixture.context.writer.write((tx) => indexSlice(tx));
      });
      for (const [text, keys] of queries) {
        test(`SEARCH-3 ${text}`, async () => expect(await found(text)).toEqual(newestFirst(keys)));
      }
    });
  }
});
