import type { Input } from "@parley/protocol/contract";
import type { DefaultLevel } from "@parley/protocol/notifications";
import { BellOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { navigate } from "../../ui/address.tsx";
import { Button } from "../../ui/button.tsx";
import { Select, Switch, TextField } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { i18n, useText } from "../../ui/text.ts";
import { firstDayOfWeek, nextWeek, tomorrow } from "../../ui/time-choices.ts";
import { fullTime } from "../../ui/times.ts";
import { changeDevice, useDeviceChoices } from "./device-choices.ts";
import { Keywords } from "./keywords.tsx";
import { isQuiet } from "./muting.ts";
import { usePushState } from "./push-device.ts";
import { PushHosts } from "./push-hosts.tsx";
import { PushHealth, PushTextChoice } from "./push-settings.tsx";
import { QuietHoursChoice } from "./quiet-hours-choice.tsx";
import { showNotification } from "./shown-notifications.ts";
import { playSound } from "./sound.ts";

/** Of what the person wishes to be told, and how this device does it. */
export function NotificationSettings() {
  const t = useText();
  return (
    <div className="flex flex-col gap-8">
      <section aria-label={t("notify.thisDevice")} className="flex flex-col gap-3">
        <h2 className="font-semibold">{t("notify.thisDevice")}</h2>
        <DeviceSettings />
      </section>
      <section aria-label={t("notify.allDevices")} className="flex flex-col gap-3">
        <h2 className="font-semibold">{t("notify.allDevices")}</h2>
        <AccountSettings />
      </section>
    </div>
  );
}

type Permission = NotificationPermission | "unsupported";

function permissionNow(): Permission {
  return "Notification" in window ? Notification.permission : "unsupported";
}

/** What the browser lets us do, also when it is changed in the browser's own settings meanwhile. */
function usePermission() {
  const [permission, setPermission] = useState(permissionNow);
  useEffect(() => {
    let status: PermissionStatus | undefined;
    const look = () => setPermission(permissionNow());
    navigator.permissions?.query({ name: "notifications" }).then(
      (found) => {
        status = found;
        status.addEventListener("change", look);
      },
      () => undefined,
    );
    addEventListener("focus", look);
    return () => {
      status?.removeEventListener("change", look);
      removeEventListener("focus", look);
    };
  }, []);
  return { permission, look: () => setPermission(permissionNow()) };
}

function DeviceSettings() {
  const t = useText();
  const choices = useDeviceChoices();
  // A push tries more than that, and is shown by the same hand.
  const isPushed = usePushState(({ state }) => state === "on");
  const { permission, look } = usePermission();
  const turnOn = async () => {
    if ((await Notification.requestPermission()) === "granted") changeDevice({ isOn: true });
    look();
  };
  if (permission === "default") {
    return (
      <>
        <p className="text-sm text-soft">{t("notify.explain")}</p>
        <Button look="primary" className="self-start" onClick={() => void turnOn()}>
          {t("notify.turnOn")}
        </Button>
      </>
    );
  }
  if (permission !== "granted") {
    return (
      <p className="rounded-lg bg-note p-3 text-sm">
        {t(permission === "denied" ? "notify.denied" : "notify.unsupported")}
      </p>
    );
  }
  return (
    <>
      <Switch label={t("notify.on")} checked={choices.isOn} onChange={(isOn) => changeDevice({ isOn })} />
      {choices.isOn && <PushHealth />}
      <Switch
        label={t("notify.sound")}
        checked={choices.hasSound}
        onChange={(hasSound) => changeDevice({ hasSound })}
      />
      <Switch
        label={t("notify.preview")}
        hint={t("notify.previewHint")}
        checked={choices.hasPreview}
        onChange={(hasPreview) => changeDevice({ hasPreview })}
      />
      {!isPushed && <TestButton hasSound={choices.hasSound} isOn={choices.isOn} />}
    </>
  );
}

function TestButton({ hasSound, isOn }: { hasSound: boolean; isOn: boolean }) {
  const t = useText();
  const [state, setState] = useState<"shown" | "failed" | null>(null);
  const test = async () => {
    const told = {
      tag: "test",
      title: "Parley",
      body: t("notify.testBody"),
      path: "/settings/notifications",
    };
    await showNotification(told, navigate).then(
      () => setState("shown"),
      () => setState("failed"),
    );
    if (hasSound) await playSound().catch(() => undefined);
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button disabled={!isOn} onClick={() => void test()}>
        {t("notify.test")}
      </Button>
      <span role="status" className="text-sm text-soft">
        {state && t(`notify.test.${state}`)}
      </span>
    </div>
  );
}

const levels = ["all", "mentions", "none"] as const;
const hours = [1, 8] as const;
const hour = 3_600_000;
/** The hour at which a day begins for whoever is not to be disturbed. */
const morning = 8;

function AccountSettings() {
  const t = useText();
  const client = useClient();
  const wishes = useView((view) => view.wishes);
  const [error, setError] = useState<unknown>();
  useEffect(() => client.personal.wishes.want(), [client]);
  if (!wishes) return null;
  const set = async (change: Partial<Input<"notification.set_default">>) => {
    setError(undefined);
    const { level, muted_until } = wishes;
    await client.personal.wishes.set({ level, muted_until, ...change }).catch(setError);
  };
  return (
    <>
      <Select
        label={t("notify.level")}
        hint={t("notify.levelHint")}
        value={wishes.level}
        onChange={(event) => void set({ level: event.currentTarget.value as DefaultLevel })}
      >
        {levels.map((level) => (
          <option key={level} value={level}>
            {t(`notify.general.${level}`)}
          </option>
        ))}
      </Select>
      <PushTextChoice />
      <Keywords keywords={wishes.keywords ?? []} onChange={(keywords) => void set({ keywords })} />
      <Quiet until={wishes.muted_until} onQuiet={(muted_until) => void set({ muted_until })} />
      <QuietHoursChoice hours={wishes.quiet_hours ?? null} onChange={(quiet_hours) => set({ quiet_hours })} />
      <Problem error={error} />
      <PushHosts />
    </>
  );
}

function Quiet({ until, onQuiet }: { until: string | null; onQuiet: (until: string | null) => void }) {
  const t = useText();
  const [moment, setMoment] = useState("");
  const [, setNow] = useState(0);
  const is = isQuiet(until);
  // When the moment has passed it says so.
  useEffect(() => {
    if (!is) return;
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, [is]);
  if (is && until !== null) {
    return (
      <div className="flex flex-wrap items-center justify-between gap-2 rounded-lg bg-note p-3 text-sm">
        <span className="flex items-center gap-2">
          <BellOff aria-hidden size={17} className="shrink-0" />{" "}
          {t("notify.quietUntil", { time: fullTime(until) })}
        </span>
        <Button onClick={() => onQuiet(null)}>{t("notify.quietEnd")}</Button>
      </div>
    );
  }
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{t("notify.quiet")}</legend>
      <div className="flex flex-wrap gap-2">
        {hours.map((count) => (
          <Button key={count} onClick={() => onQuiet(new Date(Date.now() + count * hour).toISOString())}>
            {t("notify.forHours", { count })}
          </Button>
        ))}
        <Button onClick={() => onQuiet(tomorrow(morning).toISOString())}>{t("notify.tomorrow")}</Button>
        <Button onClick={() => onQuiet(nextWeek(firstDayOfWeek(i18n.locales), morning).toISOString())}>
          {t("notify.nextWeek")}
        </Button>
      </div>
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          type="datetime-local"
          label={t("notify.until")}
          value={moment}
          onChange={(event) => setMoment(event.currentTarget.value)}
        />
        <Button
          disabled={!(Date.parse(moment) > Date.now())}
          onClick={() => onQuiet(new Date(moment).toISOString())}
        >
          {t("notify.quietBegin")}
        </Button>
      </div>
    </fieldset>
  );
}
