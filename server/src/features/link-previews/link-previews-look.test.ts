import { afterAll, beforeAll, expect, test } from "bun:test";
import { systemClock } from "../../platform/clock.ts";
import { Egress } from "../../platform/egress.ts";
import { Images } from "../../platform/images.ts";
import { blue, picture, pixelsOf, withExif } from "../../testing/pictures.ts";
import { html, type WebSite, webSite } from "../../testing/web-site.ts";
import { LookAgain, lookAt } from "./link-previews-look.ts";

let site: WebSite;
let inside: WebSite;
const images = new Images();
const title = "<title>Title</title>";

beforeAll(() => {
  site = webSite();
  // A server that only this machine reaches, as there are many.
  inside = webSite();
  inside.page("/secret", "<title>Secret</title>");
});
afterAll(async () => {
  await Promise.all([site.stop(), inside.stop()]);
});

function look(url: string, timeLimit?: number) {
  const egress = new Egress({ allow: [site.host], ...(timeLimit !== undefined && { timeLimit }) });
  return lookAt({ egress, images, clock: systemClock }, url);
}

const outcome = (url: string, timeLimit?: number) =>
  look(url, timeLimit).then(
    (found) => (found ? found.title : "nothing"),
    (error: unknown) => (error instanceof LookAgain ? "again" : String(error)),
  );
const redirect =
  (to: string, status = 302) =>
  () =>
    new Response(null, { status, headers: { location: to } });
const pullOf = (bytes: Uint8Array) => (controller: ReadableStreamDefaultController) =>
  controller.enqueue(bytes);
const typed = (type: string, more: Record<string, string> = {}) => ({
  headers: { "content-type": type, ...more },
});

test("PREVIEW-4 a page is shown by its title, with its site's name or its host", async () => {
  const url = site.page("/plain", title);
  expect(await look(url)).toEqual({ title: "Title", description: "", site: "127.0.0.1", picture: null });
  const named = site.page("/named", `${title}<meta property="og:site_name" content="The site">`);
  expect((await look(named))?.site).toBe("The site");
  expect(await outcome(site.page("/untitled", '<meta name="description" content="x">'))).toBe("nothing");
  expect(await outcome(`${site.url}/not-there`)).toBe("nothing");
});

test("PREVIEW-3 redirections are followed, and each place is checked like the first", async () => {
  const end = site.page("/end", title);
  site.put("/two", redirect("/end", 301));
  expect(await outcome(site.put("/one", redirect("/two")))).toBe("Title");
  expect(await outcome(site.put("/loop", redirect("/loop")))).toBe("nothing");
  inside.asked.length = 0;
  const private_ = [
    `${inside.url}/secret`,
    "https://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "https://[::ffff:127.0.0.1]/",
    "https://2130706433/",
    "file:///etc/passwd",
    `https://alice:secret@${site.host}/end`,
  ];
  for (const [index, to] of private_.entries()) {
    expect([to, await outcome(site.put(`/to-${index}`, redirect(to)))]).toEqual([to, "nothing"]);
  }
  const pictured = site.page("/inner", `${title}<meta property="og:image" content="${inside.url}/secret">`);
  expect((await look(pictured))?.picture).toBeNull();
  expect(inside.asked).toEqual([]);
  expect(await outcome(end)).toBe("Title");
});

test("PREVIEW-3 of a body without an end the beginning is read, and of a slow one nothing", async () => {
  const start = Buffer.from(`<html><head>${title}`);
  const endless = new Uint8Array(65_536).fill(32);
  const withoutEnd = (first: Uint8Array) => () => {
    let isFirst = true;
    const pull = (controller: ReadableStreamDefaultController) => {
      pullOf(isFirst ? first : endless)(controller);
      isFirst = false;
    };
    return new Response(new ReadableStream({ pull }), typed("text/html"));
  };
  expect(await outcome(site.put("/endless", withoutEnd(start)))).toBe("Title");
  const slow = () =>
    new Response(
      new ReadableStream({ start: pullOf(start), pull: () => new Promise(() => undefined) }),
      typed("text/html"),
    );
  expect(await outcome(site.put("/slow", slow), 300)).toBe("again");
  expect(
    await outcome(
      site.put("/silent", () => new Promise(() => undefined)),
      300,
    ),
  ).toBe("again");
  const endlessPicture = () =>
    new Response(new ReadableStream({ pull: pullOf(endless) }), typed("image/png"));
  expect(await outcome(site.put("/endless.png", endlessPicture))).toBe("nothing");
  // All redirections together take no longer than one request may.
  const pauses = { count: 0 };
  const wait = async () => {
    pauses.count++;
    await Bun.sleep(1_500);
    return redirect("/slowly")();
  };
  expect(await outcome(site.put("/slowly", wait))).toBe("again");
  expect(pauses.count).toBeLessThan(5);
});

test("PREVIEW-3 of what is neither a page nor a picture, or is packed, nothing is read", async () => {
  const bomb = Bun.gzipSync(new Uint8Array(50 * 2 ** 20));
  const answers: Record<string, () => Response> = {
    "/json": () => Response.json({ title }),
    "/pdf": () => html(title, "application/pdf"),
    "/untyped": () => new Response(new Blob([title])),
    "/bomb": () => new Response(bomb, typed("text/html", { "content-encoding": "gzip" })),
    "/packed": () =>
      new Response(Bun.gzipSync(Buffer.from(title)), typed("text/html", { "content-encoding": "gzip" })),
    // Whoever says that it is packed is believed.
    "/said-packed": () => new Response(title, typed("text/html", { "content-encoding": "br" })),
    "/bomb.png": () => new Response(bomb, typed("image/png", { "content-encoding": "deflate" })),
    "/drawn.svg": () => html('<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
    "/lying.png": () => html(title, "image/png"),
    "/refused": () => new Response(title, { ...typed("text/html"), status: 403 }),
  };
  for (const [path, answer] of Object.entries(answers)) {
    expect([path, await outcome(site.put(path, answer))]).toEqual([path, "nothing"]);
  }
  let accepted = "";
  site.put("/asks", ({ headers }) => {
    accepted = headers.get("accept-encoding") ?? "";
    return html(title);
  });
  expect([await outcome(`${site.url}/asks`), accepted]).toEqual(["Title", "identity"]);
});

test("PREVIEW-7 an error of the server's is another look worth", async () => {
  expect(await outcome(site.put("/down", () => new Response("", { status: 503 })))).toBe("again");
  expect(await outcome(site.put("/busy", () => new Response("", { status: 429 })))).toBe("again");
});

test("PREVIEW-5 the picture is made anew and small, with nothing of the original in it", async () => {
  const png = await picture(1_600, 1_200, () => blue);
  const jpeg = withExif(await new Bun.Image(png).jpeg().bytes(), 1);
  site.put("/photo.jpg", () => new Response(jpeg, typed("image/jpeg")));
  const url = site.page("/pictured", `${title}<meta property="og:image" content="photo.jpg">`);
  const found = await look(url);
  expect(found?.picture).toMatchObject({ width: 720, height: 540 });
  const bytes = found?.picture?.bytes ?? new Uint8Array();
  expect(Buffer.from(bytes).toString("latin1")).not.toContain("GPS");
  const { width, height } = await pixelsOf(bytes);
  expect([width, height]).toEqual([720, 540]);
  expect(await look(`${site.url}/photo.jpg`)).toMatchObject({ title: "photo.jpg", picture: { width: 720 } });
});

test("PREVIEW-5 what is no picture of anything is left out", async () => {
  const sizes = { dot: [1, 1], line: [600, 50], small: [30, 30] } as const;
  for (const [name, [width, height]] of Object.entries(sizes)) {
    const bytes = await picture(width, height);
    site.put(`/${name}.png`, () => new Response(bytes, typed("image/png")));
    const url = site.page(`/${name}`, `${title}<meta property="og:image" content="/${name}.png">`);
    expect([name, await look(url)]).toMatchObject([name, { title: "Title", picture: null }]);
  }
});
