import { limits } from "@parley/protocol/limits";
import { LocateFixed } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import type { Held } from "../../client/outbox-storage.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { type TextId, useText } from "../../ui/text.ts";
import { degreesFrom } from "./degrees.ts";

/** Milliseconds after which a device that does not know where it is gives up. */
const patience = 20_000;

/** CARD-8. A place: where the device is, once the person asks for that, or as typed. */
export function LocationDialog({ onSend, onClose }: { onSend: (held: Held) => void; onClose: () => void }) {
  const t = useText();
  const form = useId();
  const [latitude, setLatitude] = useState("");
  const [longitude, setLongitude] = useState("");
  const [accuracy, setAccuracy] = useState<number | null>(null);
  const [label, setLabel] = useState("");
  const [isTried, setIsTried] = useState(false);
  const north = degreesFrom(latitude, 90);
  const east = degreesFrom(longitude, 180);
  const typed = (set: (value: string) => void) => (value: string) => {
    set(value);
    // How far off the device was says nothing about what is typed.
    setAccuracy(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (north === undefined || east === undefined) return;
    const name = label.trim().replace(/\s+/g, " ");
    onSend({
      location: {
        ...{ latitude: north, longitude: east },
        ...(accuracy !== null && { accuracy }),
        ...(name !== "" && { label: name }),
      },
    });
  };
  return (
    <Dialog
      title={t("location.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" type="submit" form={form}>
            {t("location.send")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <Here
          onFound={({ coords }) => {
            setLatitude(coords.latitude.toFixed(5));
            setLongitude(coords.longitude.toFixed(5));
            setAccuracy(Math.round(coords.accuracy));
          }}
        />
        <div className="grid grid-cols-2 gap-3">
          <TextField
            label={t("location.latitude")}
            hint="52.52"
            inputMode="decimal"
            dir="ltr"
            value={latitude}
            onChange={(event) => typed(setLatitude)(event.currentTarget.value)}
            error={isTried && north === undefined ? t("location.latitudeWrong") : undefined}
          />
          <TextField
            label={t("location.longitude")}
            hint="13.405"
            inputMode="decimal"
            dir="ltr"
            value={longitude}
            onChange={(event) => typed(setLongitude)(event.currentTarget.value)}
            error={isTried && east === undefined ? t("location.longitudeWrong") : undefined}
          />
        </div>
        <TextField
          label={t("location.label")}
          dir="auto"
          maxLength={limits.locationLabel}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
      </form>
    </Dialog>
  );
}

type Search = "idle" | "busy" | "denied" | "unknown";

/** The browser asks only after a press, and what it answered is said. */
function Here({ onFound }: { onFound: (position: GeolocationPosition) => void }) {
  const t = useText();
  const [search, setSearch] = useState<Search>("idle");
  const ask = () => {
    setSearch("busy");
    navigator.geolocation.getCurrentPosition(
      (position) => {
        setSearch("idle");
        onFound(position);
      },
      ({ code, PERMISSION_DENIED }) => setSearch(code === PERMISSION_DENIED ? "denied" : "unknown"),
      { enableHighAccuracy: true, timeout: patience },
    );
  };
  const said: Record<Search, TextId> = {
    ...{ idle: "location.hereHint", busy: "location.searching" },
    ...{ denied: "location.denied", unknown: "location.unknown" },
  };
  return (
    <div className="flex flex-col items-start gap-1.5">
      <Button data-first-focus disabled={search === "busy"} onClick={ask}>
        <LocateFixed aria-hidden size={17} /> {t("location.here")}
      </Button>
      <p role="status" className="text-sm text-soft">
        {t(said[search])}
      </p>
    </div>
  );
}
