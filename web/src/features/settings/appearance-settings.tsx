import clsx from "clsx";
import { Select, Switch } from "../../ui/field.tsx";
import { languages } from "../../ui/languages.ts";
import { chooseSendKey, useSendKey } from "../../ui/send-key.ts";
import { i18n, type TextId, useText } from "../../ui/text.ts";
import { type Accent, type Appearance, accents, changeAppearance, useAppearance } from "./appearance.ts";

const scales = [0.875, 1, 1.125, 1.25, 1.5] as const;
const hues: Record<Accent, number> = {
  "": 172,
  cyan: 215,
  blue: 255,
  violet: 300,
  rose: 5,
  amber: 75,
  green: 150,
};

/** How this device shows Parley. */
export function AppearanceSettings() {
  const t = useText();
  const look = useAppearance();
  const { key: sendKey } = useSendKey();
  return (
    <div className="flex flex-col gap-5">
      <Select
        label={t("look.theme")}
        value={look.theme}
        onChange={(event) => changeAppearance({ theme: event.currentTarget.value as Appearance["theme"] })}
      >
        <option value="system">{t("look.theme.system")}</option>
        <option value="light">{t("look.theme.light")}</option>
        <option value="dark">{t("look.theme.dark")}</option>
      </Select>
      <Switch
        label={t("look.contrast")}
        hint={t("look.contrastHint")}
        checked={look.contrast}
        onChange={(contrast) => changeAppearance({ contrast })}
      />
      <fieldset>
        <legend className="mb-2 text-sm font-medium">{t("look.accent")}</legend>
        <div className="flex flex-wrap gap-2">
          {accents.map((accent) => (
            <button
              key={accent}
              type="button"
              aria-pressed={look.accent === accent}
              aria-label={t(`look.accent.${accent || "standard"}` as TextId)}
              title={t(`look.accent.${accent || "standard"}` as TextId)}
              onClick={() => changeAppearance({ accent })}
              style={{ backgroundColor: `oklch(0.55 0.11 ${hues[accent]})` }}
              className={clsx(
                "size-9 rounded-full",
                look.accent === accent && "ring-2 ring-ink ring-offset-2 ring-offset-canvas",
              )}
            />
          ))}
        </div>
      </fieldset>
      <Select
        label={t("look.density")}
        value={look.density}
        onChange={(event) =>
          changeAppearance({ density: event.currentTarget.value as Appearance["density"] })
        }
      >
        <option value="cosy">{t("look.density.cosy")}</option>
        <option value="compact">{t("look.density.compact")}</option>
      </Select>
      <Select
        label={t("look.scale")}
        value={look.scale}
        onChange={(event) => changeAppearance({ scale: Number(event.currentTarget.value) })}
      >
        {scales.map((scale) => (
          <option key={scale} value={scale}>
            {Math.round(scale * 100)} %
          </option>
        ))}
      </Select>
      <Select
        label={t("look.language")}
        value={look.language}
        onChange={(event) => changeAppearance({ language: event.currentTarget.value })}
      >
        <option value="">{t("look.language.system")}</option>
        {languages.map(({ tag, name }) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </Select>
      <TimeSettings />
      <Switch
        label={t("look.enterSends")}
        hint={t("look.enterSendsHint")}
        checked={sendKey === "enter"}
        onChange={(isEnter) => chooseSendKey(isEnter ? "enter" : "modified")}
      />
    </div>
  );
}

/** Where weeks begin: on Monday, Saturday or Sunday. */
const days = [1, 6, 7] as const;
/** The first of a month that was a Monday, at half past two in the afternoon. */
const sample = new Date(2024, 0, 1, 14, 30);

function TimeSettings() {
  const t = useText();
  const look = useAppearance();
  const hours = (hourCycle: "h12" | "h23") =>
    new Intl.DateTimeFormat(i18n.locales, { hour: "numeric", minute: "2-digit", hourCycle }).format(sample);
  const nameOf = (day: number) =>
    new Intl.DateTimeFormat(i18n.locales, { weekday: "long" }).format(new Date(2024, 0, day));
  return (
    <>
      <Select
        label={t("look.clock")}
        value={look.clock}
        onChange={(event) => changeAppearance({ clock: event.currentTarget.value as Appearance["clock"] })}
      >
        <option value="">{t("look.clock.system")}</option>
        <option value="12">{t("look.clock.twelve", { time: hours("h12") })}</option>
        <option value="24">{t("look.clock.twentyFour", { time: hours("h23") })}</option>
      </Select>
      <Select
        label={t("look.firstDay")}
        value={look.firstDay}
        onChange={(event) => changeAppearance({ firstDay: Number(event.currentTarget.value) })}
      >
        <option value={0}>{t("look.clock.system")}</option>
        {days.map((day) => (
          <option key={day} value={day}>
            {nameOf(day)}
          </option>
        ))}
      </Select>
    </>
  );
}
