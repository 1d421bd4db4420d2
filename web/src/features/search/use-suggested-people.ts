import type { User } from "@parley/protocol/users";
import { useEffect, useState } from "react";
import { useClient } from "../../client/use-client.ts";

/** Milliseconds without a key press before the server is asked. */
const delay = 150;
const most = 6;

/** People by a part of their name; null: nobody is looked for. Earlier answers stay until the next one. */
export function useSuggestedPeople(search: string | null): readonly User[] {
  const client = useClient();
  const [found, setFound] = useState<readonly User[]>([]);
  useEffect(() => {
    if (search === null) return setFound([]);
    let isWanted = true;
    const ask = () =>
      client.call("user.list", { limit: most, ...(search && { search }) }).then(
        ({ users }) => isWanted && setFound(users),
        // Without an answer there is nothing to suggest; the search itself says what is wrong.
        () => undefined,
      );
    const timer = setTimeout(ask, search === "" ? 0 : delay);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [client, search]);
  return found;
}
