import type { Output } from "@parley/protocol/contract";
import { useEffect, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";

/** UI-308. How the push services take what the server sends them: for its admins, where it sends any. */
export function PushHosts() {
  const isAdmin = useView(({ session }) => session.status === "signed_in" && session.user.role === "admin");
  return isAdmin ? <Hosts /> : null;
}

function Hosts() {
  const t = useText();
  const client = useClient();
  const [health, setHealth] = useState<Output<"push.health">>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    client.call("push.health", {}).then(setHealth, setError);
  }, [client]);
  if (error !== undefined) return <Problem error={error} />;
  if (!health?.on) return null;
  const { services, waiting } = health;
  return (
    <section aria-label={t("push.services")} className="flex flex-col gap-2 text-sm">
      <h3 className="font-semibold">{t("push.services")}</h3>
      <p className="text-soft">{t("push.waiting", { count: waiting })}</p>
      {services.length === 0 && <p className="text-soft">{t("push.noServices")}</p>}
      <ul className="flex flex-col gap-2">
        {services.map((service) => (
          <li key={service.host} className="rounded-lg border p-3">
            <p className="font-medium break-all">{service.host}</p>
            <p className={service.failing > 0 ? "text-danger" : "text-soft"}>
              {t("push.reached", { count: service.devices, failing: service.failing })}
            </p>
            {service.sent_at && (
              <p className="text-soft">{t("push.last", { time: fullTime(service.sent_at) })}</p>
            )}
            {service.failed_at && (
              <p className="text-soft">
                {t("push.lastFailed", { time: fullTime(service.failed_at), why: service.failure ?? "" })}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
