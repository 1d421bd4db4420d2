import type { Block } from "@parley/protocol/blocks";
import { useEffect, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { Button } from "../../ui/button.tsx";
import { Problem, wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { PersonAvatar, shownName, usePerson } from "../users/users.tsx";

/** Whom the person blocks; read again when that changes on any device. */
export function BlockedSettings() {
  const t = useText();
  const client = useClient();
  const blocked = useView(({ state }) => state.blocked);
  const isReady = useView(({ link }) => link.status === "ready");
  const [blocks, setBlocks] = useState<Block[]>();
  const [error, setError] = useState<unknown>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again once somebody else is blocked, or there is a connection.
  useEffect(() => {
    let isWanted = true;
    client.call("block.list", {}).then(
      (answer) => isWanted && setBlocks(answer.blocks),
      (problem) => isWanted && setError(problem),
    );
    return () => {
      isWanted = false;
    };
  }, [client, blocked, isReady]);
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-soft">{t("blocked.text")}</p>
      {!blocks && <Problem error={error} />}
      {blocks?.length === 0 && <p className="text-sm">{t("blocked.none")}</p>}
      <ul className="flex flex-col gap-2">
        {blocks?.map((block) => (
          <BlockedPerson key={block.user} block={block} />
        ))}
      </ul>
    </div>
  );
}

function BlockedPerson({ block: { user, at } }: { block: Block }) {
  const t = useText();
  const client = useClient();
  const person = usePerson(user);
  const name = shownName(person, t);
  const unblock = () =>
    client.call("block.set", { user, on: false }).catch((error: unknown) => notify(wordsFor(error, t)));
  return (
    <li className="flex items-center gap-3 rounded-xl border p-3">
      <PersonAvatar user={user} />
      <span className="min-w-0 flex-1">
        <span dir="auto" className="block truncate text-sm font-medium">
          {name}
        </span>
        <span className="block text-sm text-soft">{t("blocked.since", { time: fullTime(at) })}</span>
      </span>
      <Button aria-label={t("blocked.unblock", { name })} onClick={() => void unblock()}>
        {t("people.unblock")}
      </Button>
    </li>
  );
}
