import { apiBase } from "@parley/protocol/routes";
import { useEffect } from "react";
import { useClient, useView } from "../../client/use-client.ts";

/** One of the server's own emoji, written with colons around its name; as it is written where there is none. */
export function OwnEmoji({ written }: { written: string }) {
  const client = useClient();
  useEffect(() => {
    client.personal.library.get().then(
      (library) => library.want(),
      () => undefined,
    );
  }, [client]);
  const picture = useView(({ library }) => library?.emoji.get(written.slice(1, -1)));
  if (picture === undefined) return written;
  return (
    <img
      src={`${apiBase}/pictures/${picture}`}
      alt={written}
      title={written}
      className="inline-block size-[1.4em] object-contain align-[-0.3em]"
    />
  );
}

const own = /(:[a-z0-9_-]{2,32}:)/;

/** A text in which such emoji may stand. */
export function withOwnEmoji(text: string) {
  if (!own.test(text)) return text;
  return (
    text
      .split(own)
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change their order.
      .map((part, index) => (index % 2 === 1 ? <OwnEmoji key={index} written={part} /> : part))
  );
}
