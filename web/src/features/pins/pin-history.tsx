import type { PinChange } from "@parley/protocol/pins";
import { useCallback, useEffect, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { usePersonName } from "../users/users.tsx";

const pageSize = 20;

interface PinHistoryProps {
  room: number;
  /** How far the room's log is known: what was pinned since is asked for. */
  position: number;
  onGo: (message: number) => void;
}

/** UI-305. What was pinned and taken off, by whom and when, the newest first. */
export function PinHistory({ room, position, onGo }: PinHistoryProps) {
  const t = useText();
  const client = useClient();
  const [changes, setChanges] = useState<readonly PinChange[]>();
  const [before, setBefore] = useState<number | null>(null);
  const [error, setError] = useState<unknown>();
  const read = useCallback(
    (from?: number) =>
      client.call("pin.history", { room, limit: pageSize, ...(from !== undefined && { before: from }) }),
    [client, room],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another position may be another change of a pin.
  useEffect(() => {
    let isWanted = true;
    read().then((page) => {
      if (!isWanted) return;
      setChanges(page.changes);
      setBefore(page.before);
    }, setError);
    return () => {
      isWanted = false;
    };
  }, [read, position]);
  const older = async () => {
    if (before === null) return;
    try {
      const page = await read(before);
      setChanges((held = []) => [...held, ...page.changes]);
      setBefore(page.before);
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <>
      <ol className="mt-1 flex flex-col divide-y">
        {changes?.map((change) => (
          <Change key={change.seq} change={change} onGo={onGo} />
        ))}
      </ol>
      {changes?.length === 0 && <p className="text-soft">{t("pins.noHistory")}</p>}
      {before !== null && <Button onClick={() => void older()}>{t("pins.older")}</Button>}
      <Problem error={error} />
    </>
  );
}

function Change({ change, onGo }: { change: PinChange; onGo: (message: number) => void }) {
  const t = useText();
  const { message, at, by, on } = change;
  const name = usePersonName(by);
  return (
    <li>
      <button
        type="button"
        onClick={() => onGo(message.id)}
        className="flex min-h-11 w-full flex-col justify-center rounded-lg px-2 py-1 text-start hover:bg-hover"
      >
        <span className="text-xs text-soft">
          {t(on ? "pins.didPin" : "pins.didUnpin", { name, time: fullTime(at) })}
        </span>
        <span dir="auto" className="line-clamp-1 break-words">
          {message.deleted_at ? <i className="text-soft">{t("message.deleted")}</i> : wordsOf(t, message)}
        </span>
      </button>
    </li>
  );
}
