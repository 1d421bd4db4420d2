import type { Location } from "@parley/protocol/cards";
import { Copy, MapPin } from "lucide-react";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";
import { aroundTheEarth, gridAround, latitudeWords, longitudeWords } from "./degrees.ts";

const width = 320;
const height = 140;
/** Units of the drawing for a degree. */
const scale = 90;

/** CARD-7. A place as a pin on the lines of the globe: no map is asked of anybody. */
export function LocationCard({ location }: { location: Location }) {
  const t = useText();
  const { latitude, longitude, accuracy, label } = location;
  const place = `${latitude},${longitude}`;
  const words = `${latitudeWords(latitude)}, ${longitudeWords(longitude)}`;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  const copy = () =>
    navigator.clipboard.writeText(`${latitude}, ${longitude}`).then(
      () => notify(t("location.copied")),
      () => undefined,
    );
  const link = "flex min-h-6 items-center font-medium text-accent hover:underline pointer-coarse:min-h-11";
  return (
    <figure className="my-1 max-w-sm overflow-hidden rounded-xl border border-edge/40 bg-raised">
      <Graticule latitude={latitude} longitude={longitude} />
      <figcaption className="flex flex-col gap-0.5 p-3 text-sm">
        {label && (
          <span dir="auto" className="font-semibold break-words">
            {label}
          </span>
        )}
        <span className="flex items-center gap-1">
          <bdi className="tabular-nums">{words}</bdi>
          <IconButton small label={t("location.copy")} icon={Copy} onClick={() => void copy()} />
        </span>
        {accuracy !== undefined && accuracy > 0 && (
          <span className="text-xs text-soft">{t("location.accuracy", { metres: accuracy })}</span>
        )}
        <span className="flex flex-wrap gap-x-4">
          <a href={`geo:${place}${accuracy ? `;u=${accuracy}` : ""}`} className={link}>
            {t("location.open")}
          </a>
          <a href={map} target="_blank" rel="noreferrer noopener nofollow" className={link}>
            {t("location.map")}
          </a>
        </span>
      </figcaption>
    </figure>
  );
}

function Graticule({ latitude, longitude }: { latitude: number; longitude: number }) {
  const [x, y] = [width / 2, height / 2];
  return (
    <div className="relative border-b border-edge/40 bg-side" dir="ltr">
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" className="block w-full text-edge">
        {gridAround(latitude, y / scale, 90).map(({ value, off }) => (
          <g key={value} transform={`translate(0 ${y - off * scale})`}>
            <line x2={width} stroke="currentColor" strokeOpacity={0.5} />
            <text x={6} y={-4} fontSize={11} className="fill-soft stroke-side stroke-3 [paint-order:stroke]">
              {latitudeWords(value, 0)}
            </text>
          </g>
        ))}
        {gridAround(longitude, x / scale, 540).map(({ value, off }) => (
          <g key={value} transform={`translate(${x + off * scale} 0)`}>
            <line y2={height} stroke="currentColor" strokeOpacity={0.5} />
            <text x={4} y={height - 6} fontSize={11} className="fill-soft">
              {longitudeWords(aroundTheEarth(value), 0)}
            </text>
          </g>
        ))}
        <circle cx={x} cy={y} r={26} className="fill-accent" fillOpacity={0.15} />
      </svg>
      <MapPin
        aria-hidden
        size={30}
        strokeWidth={2.2}
        className="absolute start-1/2 top-1/2 -translate-x-1/2 -translate-y-[88%] fill-raised text-accent"
      />
    </div>
  );
}
