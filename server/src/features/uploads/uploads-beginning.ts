import { headBytes } from "../../platform/file-types.ts";

/** What a body begins with, as much as a file's type is told from, and the body whole all the same. */
export async function beginningOf(
  body: ReadableStream<Uint8Array>,
): Promise<{ head: Uint8Array; whole: ReadableStream<Uint8Array> }> {
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < headBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  const read = Buffer.concat(parts);
  const whole = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        if (read.length > 0) controller.enqueue(read);
      },
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { head: read.subarray(0, headBytes), whole };
}
