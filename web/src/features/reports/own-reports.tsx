import type { Report } from "@parley/protocol/reports";
import { useEffect, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { usePersonName } from "../users/users.tsx";

const page = 30;

interface Listed {
  reports: Report[];
  next: string | null;
}

/** What the person has told the admins of, and how far that has come; read again when the admins say something. */
export function OwnReports() {
  const t = useText();
  const client = useClient();
  const changes = useView((view) => view.reportChanges);
  const isReady = useView(({ link }) => link.status === "ready");
  const [listed, setListed] = useState<Listed>();
  const [error, setError] = useState<unknown>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again once one has changed, or there is a connection.
  useEffect(() => {
    let isWanted = true;
    client.call("report.list_mine", { limit: page }).then(
      (answer) => isWanted && setListed(answer),
      (problem) => isWanted && setError(problem),
    );
    return () => {
      isWanted = false;
    };
  }, [client, changes, isReady]);
  const more = async () => {
    if (!listed?.next) return;
    try {
      const answer = await client.call("report.list_mine", { limit: page, cursor: listed.next });
      setListed({ reports: [...listed.reports, ...answer.reports], next: answer.next });
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-soft">{t("reports.text")}</p>
      <Problem error={error} />
      {listed?.reports.length === 0 && <p className="text-sm">{t("reports.none")}</p>}
      <ul className="flex flex-col gap-2">
        {listed?.reports.map((report) => (
          <OwnReport key={report.id} report={report} />
        ))}
      </ul>
      {listed?.next && (
        <Button look="quiet" onClick={() => void more()}>
          {t("list.more")}
        </Button>
      )}
    </div>
  );
}

function OwnReport({ report }: { report: Report }) {
  const t = useText();
  const { user = 0, room = 0, status, reason, comment, outcome } = report;
  const name = usePersonName(user);
  const roomName = useView(({ state }) => state.rooms.get(room)?.room.name ?? "");
  let subject = t("reports.of.message");
  if (user > 0) subject = t("reports.of.user", { name });
  else if (room > 0) subject = roomName ? t("reports.of.room", { name: roomName }) : t("reports.of.someRoom");
  return (
    <li className="flex flex-col gap-1 rounded-xl border p-3 text-sm">
      <span className="flex flex-wrap items-baseline justify-between gap-x-3">
        <b className="font-semibold">{subject}</b>
        <span className="rounded-full bg-tint px-2 py-0.5 text-xs font-medium">
          {t(`reports.status.${status}`)}
        </span>
      </span>
      <span className="text-soft">
        {t(`report.reason.${reason}`)} ·{" "}
        <time dateTime={report.created_at}>{fullTime(report.created_at)}</time>
      </span>
      {comment && (
        <span dir="auto" className="break-words whitespace-pre-wrap">
          {comment}
        </span>
      )}
      {outcome && (
        <span className="border-s-3 border-accent ps-3 break-words whitespace-pre-wrap">
          <span className="block text-soft">{t("reports.outcome")}</span>
          <span dir="auto">{outcome}</span>
        </span>
      )}
    </li>
  );
}
