import type { Output } from "@parley/protocol/contract";
import type { PushText } from "@parley/protocol/push";
import { clsx } from "clsx";
import { BellRing, CloudOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { connectPush, usePushState } from "./push-device.ts";

type Pushes = Output<"push.list">;

/** The person's devices as the server knows them, read anew whenever that changes. */
function usePushes(isWanted: boolean, renewed: number) {
  const client = useClient();
  const changes = useView((view) => view.pushChanges);
  const [pushes, setPushes] = useState<Pushes>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is read anew after each of these.
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    client.call("push.list", {}).then(
      (found) => isCurrent && setPushes(found),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [client, isWanted, changes, renewed]);
  return { pushes, setPushes };
}

/** Whether this device is told while no page is open, how that goes, and a way to try it. */
export function PushHealth() {
  const t = useText();
  const client = useClient();
  const { state } = usePushState();
  const [tests, setTests] = useState(0);
  const { pushes } = usePushes(state === "on", tests);
  const own = pushes?.devices.find(({ current }) => current);
  if (state === "off") return null;
  const isWell = state === "on" || state === "connecting";
  const Icon = isWell ? BellRing : CloudOff;
  return (
    <section
      aria-label={t("push.title")}
      className={clsx("flex flex-col gap-3 rounded-lg p-3 text-sm", isWell ? "bg-side" : "bg-note")}
    >
      <p className="flex gap-2" role="status">
        <Icon aria-hidden size={17} className="mt-0.5 shrink-0" />
        <span>{t(`push.state.${state}`)}</span>
      </p>
      {state === "on" && own && <Health device={own} />}
      {state === "on" && <PushTest onDone={() => setTests((count) => count + 1)} />}
      {state === "on" && pushes && (
        <OtherDevices devices={pushes.devices} onTested={() => setTests((count) => count + 1)} />
      )}
      {state === "failed" && (
        <Button className="self-start" onClick={() => void connectPush(client)}>
          {t("push.again")}
        </Button>
      )}
    </section>
  );
}

/** The last of either kind: what failed before it went well again is of no interest. */
function Health({ device: { sent_at, failed_at, failure } }: { device: Pushes["devices"][number] }) {
  const t = useText();
  const hasFailed = failed_at !== null && (sent_at === null || failed_at > sent_at);
  if (hasFailed) return <p>{t("push.lastFailed", { time: fullTime(failed_at), why: failure ?? "" })}</p>;
  return (
    <p className="text-soft">
      {sent_at === null ? t("push.none") : t("push.last", { time: fullTime(sent_at) })}
    </p>
  );
}

interface OtherDevicesProps extends Pick<Pushes, "devices"> {
  onTested: () => void;
}

/** UI-307. The person's other devices: this one is turned off by the switch above. */
function OtherDevices({ devices, onTested }: OtherDevicesProps) {
  const t = useText();
  const others = devices.filter(({ current }) => !current);
  if (others.length === 0) return null;
  return (
    <div>
      <h4 className="font-medium">{t("push.others")}</h4>
      <ul className="flex flex-col divide-y">
        {others.map((device) => (
          <OtherDevice key={device.id} {...{ device, onTested }} />
        ))}
      </ul>
    </div>
  );
}

interface OtherDeviceProps extends Pick<OtherDevicesProps, "onTested"> {
  device: Pushes["devices"][number];
}

function OtherDevice({ device, onTested }: OtherDeviceProps) {
  const t = useText();
  const client = useClient();
  const [outcome, setOutcome] = useState<Output<"push.test">>();
  const [error, setError] = useState<unknown>();
  const { id: push } = device;
  const name = device.device || t("push.unnamed");
  const run = (work: Promise<unknown>) => {
    setError(undefined);
    setOutcome(undefined);
    work.catch(setError);
  };
  return (
    <li className="flex flex-col gap-1 py-2">
      <span dir="auto" className="font-medium">
        {name}
      </span>
      <Health device={device} />
      <div className="flex flex-wrap items-center gap-2">
        <Button
          aria-label={t("push.testOn", { name })}
          onClick={() => run(client.call("push.test", { push }).then(setOutcome).finally(onTested))}
        >
          {t("push.test")}
        </Button>
        <Button
          aria-label={t("push.removeOn", { name })}
          onClick={() => run(client.call("push.unsubscribe", { push }))}
        >
          {t("push.remove")}
        </Button>
        <span role="status" className="text-soft">
          {outcome &&
            t(outcome.outcome === "failed" ? "push.test.failed" : "push.testedOn", {
              why: outcome.why ?? "",
            })}
        </span>
      </div>
      <Problem error={error} />
    </li>
  );
}

function PushTest({ onDone }: { onDone: () => void }) {
  const t = useText();
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Output<"push.test">>();
  const [error, setError] = useState<unknown>();
  const test = async () => {
    setBusy(true);
    setOutcome(undefined);
    setError(undefined);
    await client.call("push.test", {}).then(setOutcome, setError);
    setBusy(false);
    onDone();
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button disabled={isBusy} onClick={() => void test()}>
        {t("push.test")}
      </Button>
      <span role="status" className="text-soft">
        {outcome && t(`push.test.${outcome.outcome}`, { why: outcome.why ?? "" })}
      </span>
      <Problem error={error} />
    </div>
  );
}

const texts = ["never", "public", "always"] as const;

/** What a push may show, on all the person's devices; nothing where the server sends none. */
export function PushTextChoice() {
  const t = useText();
  const client = useClient();
  const [isServed, setServed] = useState(false);
  const { pushes, setPushes } = usePushes(isServed, 0);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    client.call("push.key", {}).then(
      ({ key }) => setServed(key !== null),
      () => undefined,
    );
  }, [client]);
  if (!pushes) return null;
  const choose = async (text: PushText) => {
    setError(undefined);
    await client.call("push.set_text", { text }).then(() => setPushes({ ...pushes, text }), setError);
  };
  return (
    <>
      <Select
        label={t("push.text")}
        hint={t("push.textHint")}
        value={pushes.text}
        onChange={(event) => void choose(event.currentTarget.value as PushText)}
      >
        {texts.map((each) => (
          <option key={each} value={each}>
            {t(`push.text.${each}`)}
          </option>
        ))}
      </Select>
      <Problem error={error} />
    </>
  );
}
