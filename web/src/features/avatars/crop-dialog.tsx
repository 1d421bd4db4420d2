import { type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { type Crop, middle, mostZoom, movedBy, zoomedTo } from "./crop.ts";
import { drawPart, partOf } from "./picture.ts";

/** Of the zoom, for each pixel of the wheel. */
const wheelStep = 0.0015;
/** Pixels of the drawing: enough for a screen with two for each of the page's. */
const drawn = 640;

/** UI-131. Which part of a picture is to be seen: by pointer, with two fingers, or with the sliders. */
export function CropDialog({ picture, onClose }: { picture: ImageBitmap; onClose: () => void }) {
  const t = useText();
  const client = useClient();
  const [crop, setCrop] = useState(middle);
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async () => {
    setError(undefined);
    setIsSending(true);
    try {
      const body = await partOf(picture, crop);
      await client.call("avatar.set", {}, { ...(body && { body }) });
      onClose();
    } catch (problem) {
      setError(problem);
    }
    setIsSending(false);
  };
  return (
    <Dialog
      title={t("avatar.crop")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" disabled={isSending} onClick={() => void save()}>
            {t("dialog.save")}
          </Button>
        </>
      }
    >
      <Stage picture={picture} crop={crop} onCrop={setCrop} />
      <div className="mt-4 flex flex-col gap-2">
        <Slider
          isFirst
          label={t("avatar.zoom")}
          least={1}
          most={mostZoom}
          value={crop.zoom}
          onValue={(zoom) => setCrop(zoomedTo(picture, crop, zoom))}
        />
        <Slider
          label={t("avatar.across")}
          isAcross
          value={crop.x}
          isFixed={picture.width * crop.zoom <= Math.min(picture.width, picture.height)}
          onValue={(x) => setCrop({ ...crop, x })}
        />
        <Slider
          label={t("avatar.down")}
          value={crop.y}
          isFixed={picture.height * crop.zoom <= Math.min(picture.width, picture.height)}
          onValue={(y) => setCrop({ ...crop, y })}
        />
      </div>
      <div role="status" className="mt-2 min-h-6 text-sm text-soft">
        {isSending && (
          <>
            <progress aria-label={t("avatar.sending")} className="w-full accent-(--accent)" />
            {t("avatar.sending")}
          </>
        )}
      </div>
      <Problem error={error} />
    </Dialog>
  );
}

interface SliderProps {
  label: string;
  value: number;
  onValue: (value: number) => void;
  least?: number;
  most?: number;
  /** There is nowhere to go. */
  isFixed?: boolean;
  /** Has the focus when the dialog opens. */
  isFirst?: boolean;
  /** Its left is the picture's left, whichever way the person reads. */
  isAcross?: boolean;
}

function Slider({
  label,
  value,
  onValue,
  least = 0,
  most = 1,
  isFixed = false,
  isFirst,
  isAcross,
}: SliderProps) {
  return (
    <label className="flex items-center gap-3 text-sm">
      <span className="w-32 shrink-0">{label}</span>
      <input
        type="range"
        dir={isAcross ? "ltr" : undefined}
        data-first-focus={isFirst}
        min={least}
        max={most}
        step={(most - least) / 100}
        value={value}
        disabled={isFixed}
        onChange={(event) => onValue(Number(event.currentTarget.value))}
        className="h-6 min-w-0 flex-1 accent-(--accent) pointer-coarse:h-11"
      />
    </label>
  );
}

interface StageProps {
  picture: ImageBitmap;
  crop: Crop;
  onCrop: (crop: Crop) => void;
}

/** The picture under the square. Whoever sees and points uses it; the sliders below do the same. */
function Stage({ picture, crop, onCrop }: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { pressed, moved, released } = usePointers({ picture, crop, onCrop });
  useLayoutEffect(() => {
    if (canvas.current) drawPart(canvas.current, picture, crop);
  }, [picture, crop]);
  useWheel(canvas, (by) => onCrop(zoomedTo(picture, crop, crop.zoom * (1 - by * wheelStep))));
  return (
    <div className="relative mx-auto aspect-square w-full max-w-80 touch-none overflow-hidden rounded-xl bg-side">
      <canvas
        ref={canvas}
        aria-hidden
        width={drawn}
        height={drawn}
        onPointerDown={pressed}
        onPointerMove={moved}
        onPointerUp={released}
        onPointerCancel={released}
        className="size-full cursor-grab active:cursor-grabbing"
      />
      <span className="pointer-events-none absolute inset-0 rounded-full shadow-[0_0_0_100vmax_rgb(0_0_0/0.5)]" />
    </div>
  );
}

interface Point {
  x: number;
  y: number;
}

/** One pointer moves the picture, two also bring it nearer. */
function usePointers({ picture, crop, onCrop }: StageProps) {
  const points = useRef(new Map<number, Point>());
  return {
    pressed: (event: PointerEvent<HTMLElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      points.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    moved: (event: PointerEvent<HTMLElement>) => {
      const before = [...points.current.values()];
      if (!points.current.has(event.pointerId)) return;
      points.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const now = [...points.current.values()];
      const [from, to] = [centreOf(before), centreOf(now)];
      const { width } = event.currentTarget.getBoundingClientRect();
      const next = movedBy(picture, crop, (to.x - from.x) / width, (to.y - from.y) / width);
      const nearer = spreadOf(now) / (spreadOf(before) || 1);
      onCrop(now.length > 1 ? zoomedTo(picture, next, next.zoom * nearer) : next);
    },
    released: (event: PointerEvent<HTMLElement>) => void points.current.delete(event.pointerId),
  };
}

function centreOf(points: readonly Point[]): Point {
  const sum = points.reduce((one, other) => ({ x: one.x + other.x, y: one.y + other.y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

function spreadOf([one, other]: readonly Point[]): number {
  return one && other ? Math.hypot(one.x - other.x, one.y - other.y) : 1;
}

/** The page's own wheel listeners may not keep the dialog from scrolling; this one must. */
function useWheel(canvas: React.RefObject<HTMLElement | null>, turned: (by: number) => void): void {
  const turning = useRef(turned);
  useEffect(() => {
    turning.current = turned;
  });
  useEffect(() => {
    const { current } = canvas;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      turning.current(event.deltaY);
    };
    current?.addEventListener("wheel", wheel, { passive: false });
    return () => current?.removeEventListener("wheel", wheel);
  }, [canvas]);
}
