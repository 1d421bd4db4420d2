import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import type { Context } from "../../context.ts";
import { createJobs, type ServerJobs } from "../../jobs.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { picture } from "../../testing/pictures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { type WebSite, webSite } from "../../testing/web-site.ts";
import {
  forgetLostPreviewPictures,
  forgetOldPages,
  LinkPreviewMaker,
  previewPicture,
} from "./link-previews.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  let site: WebSite;
  let jobs: ServerJobs;

  beforeAll(async () => {
    site = webSite();
    const environment = {
      ...{ LINK_PREVIEWS: "on", EGRESS_ALLOW: `${site.host},127.0.0.1:8123` },
      PUBLIC_URL: "http://127.0.0.1:8123",
    };
    fixture = await testRooms({ engine, environment });
    ({ ids, does } = fixture);
    room = fixture.rooms.design.id;
    jobs = createJobs(fixture.context);
  });
  afterAll(async () => {
    await Promise.all([fixture.close(), site.stop()]);
  });
  beforeEach(() => {
    site.asked.length = 0;
  });

  let paths = 0;
  /** A page that nobody has linked to yet. */
  const page = (title = "A page", more = "") =>
    site.page(`/page-${++paths}`, `<title>${title}</title>${more}`);
  const say = async (text: string, as = ids.alice) => (await does(as, "message.send", { room, text })).id;
  const shown = async (message: number, as = ids.bob) =>
    (await does(as, "message.get", { message })).previews?.map(({ title }) => title) ?? [];
  const eventsAfter = async (after: number) => {
    const { events } = await does(ids.bob, "room.events", { room, after });
    return events.map(({ kind }) => kind);
  };
  const headOf = async () => (await does(ids.bob, "room.get", { room })).head;
  /** All that is due is done, on whatever node. */
  const settled = async () => {
    await jobs.settled();
    await new LinkPreviewMaker(fixture.context).settled();
    await jobs.settled();
  };
  /** The jobs of another node, once the one before is no longer heard of. */
  const jobsOf = (context: Context) => {
    fixture.store.clock.advance(11_000);
    return createJobs(context);
  };
  const rowsOf = async (table: "link_pages" | "link_previews") =>
    (await fixture.context.database.rows(
      fixture.context.database.build.selectFrom(table).selectAll(),
    )) as unknown[];

  test("PREVIEW-1 a message is sent at once, and its preview comes by an event that is no edit", async () => {
    const url = page("The news", '<meta name="description" content="All of it">');
    const sent = await does(ids.alice, "message.send", { room, text: `Look: ${url}` });
    expect(sent.previews).toBeUndefined();
    const head = await headOf();
    await settled();
    const { events } = await does(ids.bob, "room.events", { room, after: head });
    const preview = { url, title: "The news", description: "All of it", site: "127.0.0.1" };
    expect(events).toMatchObject([
      { kind: "message.previewed", by: ids.alice, message: { id: sent.id, version: 2, previews: [preview] } },
    ]);
    const read = await does(ids.bob, "message.get", { message: sent.id });
    expect([read.previews, read.edited_at, read.text]).toEqual([[preview], undefined, sent.text]);
    expect(fixture.log.join("")).not.toContain("/page-");
  });

  test("PREVIEW-1 after a stop it goes on, and of several nodes one looks", async () => {
    const sent = await say(page("Kept"));
    await jobs.settled();
    const nodes = [fixture.restarted(), fixture.restarted()];
    await Promise.all(nodes.map((node) => new LinkPreviewMaker(node).settled()));
    jobs = jobsOf(fixture.restarted());
    await jobs.settled();
    expect([await shown(sent), site.asked.length]).toEqual([["Kept"], 1]);
  });

  test("PREVIEW-1 where they are off nothing is asked for", async () => {
    const off = fixture.restarted({ LINK_PREVIEWS: "off" });
    const sent = await say(page());
    await jobsOf(off).settled();
    jobs = jobsOf(fixture.context);
    await settled();
    expect([await shown(sent), site.asked]).toEqual([[], []]);
  });

  test("PREVIEW-2 three pages of a message have previews, in their order; the server's own are left alone", async () => {
    const pages = ["One", "Two", "Three", "Four"].map((title) => page(title));
    const own = "http://127.0.0.1:8123/rooms/1";
    const sent = await say(`${own} \`${page("Code")}\` ${pages.join(" ")}`);
    await settled();
    expect(await shown(sent)).toEqual(["One", "Two", "Three"]);
    expect(site.asked.length).toBe(limits.messagePreviews);
  });

  test("PREVIEW-3 of one host one page is looked at at a time", async () => {
    let now = 0;
    let most = 0;
    const visit = async () => {
      most = Math.max(most, ++now);
      await Bun.sleep(30);
      now--;
      return new Response("<title>Visited</title>", { headers: { "content-type": "text/html" } });
    };
    const urls = ["/visit-1", "/visit-2", "/visit-3"].map((path) => site.put(path, visit));
    const sent = await say(urls.join(" "));
    await settled();
    expect([await shown(sent), most]).toEqual([["Visited", "Visited", "Visited"], 1]);
  });

  test("PREVIEW-5 the picture is read by its name, with its size told beside it", async () => {
    const bytes = await picture(100, 80);
    site.put("/p.png", () => new Response(bytes, { headers: { "content-type": "image/png" } }));
    const sent = await say(page("Pictured", '<meta property="og:image" content="/p.png">'));
    await settled();
    const { previews } = await does(ids.bob, "message.get", { message: sent });
    const told = previews?.[0]?.picture;
    expect(told).toMatchObject({ width: 100, height: 80 });
    const kept = await previewPicture(fixture.context, told?.name ?? "");
    expect(kept.size).toBeGreaterThan(0);
    expect(await outcomeOf(previewPicture(fixture.context, "../secret.key"))).toBe("not_found");
    // Named by a page still; once nobody shows that, it goes.
    const names = async () => (await Array.fromAsync(fixture.context.previewPictures.list())).length;
    fixture.store.clock.advance(7 * 3_600_000);
    await fixture.context.writer.write(forgetOldPages);
    await forgetLostPreviewPictures(fixture.context);
    expect([await shown(sent), await names()]).toEqual([["Pictured"], 1]);
    await does(ids.alice, "message.delete", { message: sent });
    await fixture.context.writer.write(forgetOldPages);
    await forgetLostPreviewPictures(fixture.context);
    expect(await names()).toBe(0);
  });

  test("PREVIEW-6 an edit takes off what is no longer linked to, and what is new is looked for", async () => {
    const [one, two, three] = [page("One"), page("Two"), page("Three")];
    const message = await say(`${one} ${two}`);
    await settled();
    expect(await shown(message)).toEqual(["One", "Two"]);
    const edited = await does(ids.alice, "message.edit", { message, text: `${three} ${two}` });
    expect(edited.previews?.map(({ title }) => title)).toEqual(["Two"]);
    await settled();
    expect(await shown(message)).toEqual(["Three", "Two"]);
    expect(site.asked.length).toBe(3);
    await does(ids.alice, "message.edit", { message, text: "None" });
    expect(await shown(message)).toEqual([]);
  });

  test("PREVIEW-6 with a message its previews go, and what comes too late is not shown", async () => {
    const before = (await rowsOf("link_previews")).length;
    const [first, second] = [await say(page("Gone")), await say(page("Late"))];
    await jobs.settled();
    await does(ids.alice, "message.delete", { message: second });
    await settled();
    const head = await headOf();
    await does(ids.alice, "message.delete", { message: first });
    await settled();
    expect(await eventsAfter(head)).toEqual(["message.deleted"]);
    expect([await shown(first), await shown(second)]).toEqual([[], []]);
    expect((await rowsOf("link_previews")).length).toBe(before);
    const gone = await does(ids.alice, "room.create", { kind: "group", name: "gone", members: [ids.bob] });
    const there = await does(ids.alice, "message.send", { room: gone.id, text: page("In a room") });
    await settled();
    expect(await shown(there.id)).toEqual(["In a room"]);
    await does(ids.alice, "room.delete", { room: gone.id });
    expect((await rowsOf("link_previews")).length).toBe(before);
    // Where somebody's page stood is written nowhere, once it was looked at.
    const pages = JSON.stringify(await rowsOf("link_pages"));
    expect(pages).not.toContain(site.host);
  });

  test("PREVIEW-7 one look is enough for six hours, also where there was nothing", async () => {
    const [good, bad] = [
      page("Shared"),
      site.put(`/none-${++paths}`, () => new Response("", { status: 404 })),
    ];
    const text = `${good} ${bad}`;
    const first = await say(text);
    await settled();
    const second = await say(text, ids.bob);
    await settled();
    expect([await shown(first), await shown(second)]).toEqual([["Shared"], ["Shared"]]);
    expect(site.asked.length).toBe(2);
    fixture.store.clock.advance(6 * 3_600_000 + 1);
    await say(text);
    await settled();
    expect(site.asked.length).toBe(4);
    // The one after which a later look came is shown where it was.
    expect(await shown(first)).toEqual(["Shared"]);
  });

  test("PREVIEW-7 where nobody answers it is tried again twice, and then no more", async () => {
    let isUp = false;
    const answer = () =>
      isUp
        ? new Response("<title>Up again</title>", { headers: { "content-type": "text/html" } })
        : new Response("", { status: 503 });
    const [back, gone] = [
      site.put(`/back-${++paths}`, answer),
      site.put(`/gone-${++paths}`, () => new Response("", { status: 500 })),
    ];
    const message = await say(`${back} ${gone}`);
    await settled();
    await settled();
    expect(site.asked.length).toBe(2);
    isUp = true;
    for (const wait of [10_000, 120_000, 3_600_000]) {
      fixture.store.clock.advance(wait);
      await settled();
    }
    expect(await shown(message)).toEqual(["Up again"]);
    expect(site.asked.filter((path) => path.startsWith("/gone")).length).toBe(3);
  });

  test("PREVIEW-7 a person has at most twenty pages wanted at a time; another's are looked at all the same", async () => {
    for (let count = 0; count < 10; count++) await say([page(), page(), page()].join(" "));
    const bobs = await say(page("Bob's"), ids.bob);
    await settled();
    expect(site.asked.length).toBe(21);
    expect(await shown(bobs)).toEqual(["Bob's"]);
  });

  test("PREVIEW-8 its author takes a preview off for good, and nobody else does", async () => {
    const [one, two] = [page("One"), page("Two")];
    const message = await say(`${one} ${two}`);
    await settled();
    const take = (as: number, url = one) => does(as, "preview.remove", { message, url });
    expect(await outcomeOf(take(ids.bob))).toBe("forbidden");
    expect(await outcomeOf(take(ids.carol))).toBe("not_found");
    expect(await shown(message)).toEqual(["One", "Two"]);
    const head = await headOf();
    await take(ids.alice);
    await take(ids.alice);
    await take(ids.alice, "https://example.org/other");
    expect([await shown(message), await eventsAfter(head)]).toEqual([["Two"], ["message.previewed"]]);
    await does(ids.alice, "message.edit", { message, text: `${one} ${two}!` });
    await settled();
    expect(await shown(message)).toEqual(["Two"]);
  });

  test("PREVIEW-8 what was taken off before it came never comes", async () => {
    const url = page("Never");
    const message = await say(url);
    await jobs.settled();
    const head = await headOf();
    await does(ids.alice, "preview.remove", { message, url });
    await settled();
    expect([await shown(message), await eventsAfter(head)]).toEqual([[], []]);
  });
});
