import { useCallback, useEffect, useState } from "react";
import { fileLinks } from "../../client/file-links.ts";
import { useClient } from "../../client/use-client.ts";

/** Where an element finds a file: undefined until it is known, null where it is gone. `renew` asks whether it still holds. */
export function useFileUrl(file: number): { url: string | null | undefined; renew: () => void } {
  const client = useClient();
  const [url, setUrl] = useState<string | null>();
  const renew = useCallback(() => {
    // Without a connection the next look asks again.
    fileLinks(client)
      .urlOf(file)
      .then(setUrl, () => undefined);
  }, [client, file]);
  useEffect(renew, [renew]);
  // Back online, what could not be asked for is.
  useEffect(() => {
    if (url !== undefined) return;
    return client.view.subscribe(({ link }, before) => {
      if (link.status === "ready" && before.link.status !== "ready") renew();
    });
  }, [client, url, renew]);
  return { url, renew };
}

/** The bytes of a file on its way, as an element shows them. */
export function useOwnUrl(key: string): string | undefined {
  const client = useClient();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let made: string | undefined;
    let isGone = false;
    void client.uploads.bytes(key).then((bytes) => {
      if (!bytes || isGone) return;
      made = URL.createObjectURL(bytes);
      setUrl(made);
    });
    return () => {
      isGone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [client, key]);
  return url;
}
