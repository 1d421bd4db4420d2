import { expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { headOf } from "./link-previews-head.ts";

const read = (html: string, charset: string | null = null) => headOf(Buffer.from(html), charset);
const og = (name: string, content: string) => `<meta property="og:${name}" content="${content}">`;

test("PREVIEW-4 OpenGraph goes before what is for Twitter, and both before the page's own", () => {
  const own = '<title>Own</title><meta name="description" content="Own words">';
  const twitter = '<meta name="twitter:title" content="Theirs"><meta name="twitter:image" content="/t.png">';
  expect(read(own)).toEqual({ title: "Own", description: "Own words", site: "", picture: "" });
  expect(read(own + twitter)).toMatchObject({ title: "Theirs", picture: "/t.png" });
  const all = own + twitter + og("title", "First") + og("title", "Second") + og("image", "/o.png");
  expect(read(all + og("site_name", "Site"))).toMatchObject({
    title: "First",
    site: "Site",
    picture: "/o.png",
  });
  expect(read(`${og("title", "  ")}${own}`).title).toBe("Own");
});

test("PREVIEW-4 characters that are written as names or numbers are read, and markup in values stays text", () => {
  expect(read("<title>Caf&eacute; &amp; more &#x1F600;</title>").title).toBe("Café & more 😀");
  expect(read(og("title", "&lt;b&gt;bold&lt;/b&gt;")).title).toBe("<b>bold</b>");
});

test("PREVIEW-4 it is one line, cut where it is too long, with nothing that is not seen", () => {
  const { title } = read(`<title> a\n\t b\u202ec\u200bd\u0007 </title>`);
  expect(title).toBe("a bcd");
  const long = read(og("title", "😀".repeat(500)) + og("description", "x".repeat(5_000)));
  expect(long.title.length).toBeLessThanOrEqual(limits.previewTitle);
  expect(long.title.isWellFormed()).toBe(true);
  expect(long.description.length).toBe(limits.previewDescription);
  expect(long.description.endsWith("…")).toBe(true);
});

test("PREVIEW-4 what stands in the body, in a comment or in a script is not the page's own", () => {
  expect(read(`<head></head><body>${og("title", "Body")}`).title).toBe("");
  expect(read(`<head><!-- ${og("title", "Comment")} --><title>Own</title>`).title).toBe("Own");
  expect(read(`<script>"${og("title", "Script")}"</script><title>Own</title>`).title).toBe("Own");
  expect(read("<svg><title>Icon</title></svg>").description).toBe("");
});

test("PREVIEW-4 another encoding is read as the answer or the page says", () => {
  const latin = Buffer.from("<title>Gr\xfc\xdfe</title>", "latin1");
  expect(headOf(latin, "iso-8859-1").title).toBe("Grüße");
  const told = Buffer.concat([Buffer.from('<meta charset="windows-1252">'), latin]);
  expect(headOf(told, null).title).toBe("Grüße");
  expect(headOf(Buffer.from("<title>Grüße</title>"), "no-such-thing").title).toBe("Grüße");
});

test("PREVIEW-4 of ten thousand elements the first are looked at, and whatever comes is read in no time", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => `<meta name="n${index}" content="x">`).join("");
  expect(read(`<title>First</title>${many}`).title).toBe("First");
  expect(read(`${many}<title>Last</title>`).title).toBe("");
  const bombs = ["<", "<meta ", "<meta content='", "&amp;", "<title>", "<!--", "<a b=c ", "&#", "</head"];
  for (const bomb of bombs) {
    const begun = performance.now();
    read(bomb.repeat(Math.floor(500_000 / bomb.length)));
    // Anything that grows with the square would take minutes.
    expect([bomb, performance.now() - begun < 3_000]).toEqual([bomb, true]);
  }
});
