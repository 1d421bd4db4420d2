import { describe, expect, test } from "bun:test";
import { outcomeOf } from "../../testing/failures.ts";
import { readFormFile } from "./forms.ts";

const most = 1_000_000;
const boundary = "----FormBoundary7MA4YWxk";

/** Full of what looks like the beginning of a boundary. */
function confusingBytes(length: number): Uint8Array {
  const signs = Buffer.from("\r\n--\0\xff-----F", "latin1");
  return Uint8Array.from({ length }, (_, index) => signs[(index * 7 + (index >> 3)) % signs.length] ?? 0);
}

function part(headers: string, bytes: Uint8Array | string = ""): Uint8Array {
  return Buffer.concat([Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`), Buffer.from(bytes), crlf]);
}

const crlf = Buffer.from("\r\n");
const last = Buffer.from(`--${boundary}--\r\n`);
const note = part('Content-Disposition: form-data; name="note"', "hello");

function filePart(bytes: Uint8Array | string, name = "photo.png", field = "file"): Uint8Array {
  const disposition = `Content-Disposition: form-data; name="${field}"; filename="${name}"`;
  return part(`${disposition}\r\nContent-Type: image/png`, bytes);
}

function streamOf(whole: Uint8Array, chunk = whole.length): ReadableStream<Uint8Array> {
  let from = 0;
  return new ReadableStream({
    pull(controller) {
      if (from >= whole.length) return controller.close();
      controller.enqueue(whole.slice(from, from + chunk));
      from += chunk;
    },
  });
}

function requestOf(body: ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Request {
  const type = { "content-type": `multipart/form-data; boundary=${boundary}` };
  return new Request("http://localhost/", { method: "POST", body, headers: { ...type, ...headers } });
}

async function read(parts: readonly Uint8Array[], chunk?: number) {
  const request = requestOf(streamOf(Buffer.concat(parts), chunk));
  const { name, body } = await readFormFile(request, { field: "file", most });
  return { name, bytes: await new Response(body).bytes() };
}

describe("a file in a form", () => {
  test("DIALECT-31 is what was sent, wherever the network cuts it", async () => {
    const bytes = confusingBytes(5_000);
    for (const chunk of [1, 2, 3, 7, 29, 64, 1_000, 10_000]) {
      const found = await read([note, filePart(bytes), note, last], chunk);
      expect(found.name).toBe("photo.png");
      expect(Buffer.compare(found.bytes, bytes)).toBe(0);
    }
  });

  test("DIALECT-31 has the name that its sender gave it, but for the way to it", async () => {
    expect((await read([filePart("x", "日本 ü 😀.png"), last])).name).toBe("日本 ü 😀.png");
    expect((await read([filePart("x", "../../etc/passwd"), last])).name).toBe("passwd");
    expect((await read([filePart("x", ""), last])).name).toBe("file");
  });

  test("DIALECT-31 is read no faster than it is taken", async () => {
    let sent = 0;
    const chunk = new Uint8Array(64 * 1024);
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 0) controller.enqueue(filePart("").slice(0, -2));
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const form = await readFormFile(requestOf(body), { field: "file", most: 2 ** 40 });
    const reader = form.body.getReader();
    let taken = 0;
    for (let round = 0; round < 20; round++) {
      taken += (await reader.read()).value?.length ?? 0;
      // However much time the sender has.
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(sent - taken).toBeLessThan(2 ** 20);
    }
    await reader.cancel();
  });

  test("DIALECT-31 of a form that breaks off is none, wherever that is", async () => {
    const whole = Buffer.concat([note, filePart(confusingBytes(2_000)), last]);
    for (let length = 0; length < whole.length - 2; length += 41) {
      expect({ length, outcome: await outcomeOf(read([whole.subarray(0, length)])) }).toEqual({
        length,
        outcome: "invalid",
      });
    }
  });

  test("DIALECT-31 is too large as soon as that is known", async () => {
    const announcing = requestOf(
      new ReadableStream({ pull: () => Promise.reject(new Error("nothing is read")) }),
      { "content-length": String(most * 2) },
    );
    expect(await outcomeOf(readFormFile(announcing, { field: "file", most }))).toBe("too_large");
    expect(await outcomeOf(read([filePart(new Uint8Array(most)), last], 50_000))).toBe("done");
    expect(await outcomeOf(read([filePart(new Uint8Array(most + 1)), last], 50_000))).toBe("too_large");
    const other = filePart(new Uint8Array(most * 2), "a", "other");
    expect(await outcomeOf(read([other, filePart("x"), last], 50_000))).toBe("too_large");
  });

  test("DIALECT-31 is one, in the field it belongs in", async () => {
    const missing = await read([note, last]).catch((error) => error.faults);
    expect(missing).toEqual([{ loc: ["body", "file"], msg: "is required, as a file", type: "missing" }]);
    expect(await read([filePart("x", "a", "other"), last]).catch((error) => error.faults)).toEqual(missing);
    expect(await outcomeOf(read([filePart("x"), filePart("y"), last]))).toBe("invalid");
    expect(await outcomeOf(read(Array.from({ length: 30 }, () => note)))).toBe("invalid");
  });

  test("DIALECT-31 comes in a form, and in nothing else", async () => {
    for (const type of ["image/png", "application/json", ""]) {
      const request = requestOf(streamOf(last), { "content-type": type });
      expect(await outcomeOf(readFormFile(request, { field: "file", most }))).toBe("unsupported");
    }
    const without = requestOf(streamOf(last), { "content-type": "multipart/form-data" });
    expect(await outcomeOf(readFormFile(without, { field: "file", most }))).toBe("invalid");
  });
});
