/** The part of a picture that is kept: a square, by how near it is looked at and where it stands. */
export interface Crop {
  /** 1 shows as much as fits into a square. */
  zoom: number;
  /** From 0, the picture's left or upper end, to 1, its other end. */
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const mostZoom = 5;
export const middle: Crop = { zoom: 1, x: 0.5, y: 0.5 };

/** UI-131. The square in pixels of the picture; it is always inside. */
export function squareOf({ width, height }: Size, { zoom, x, y }: Crop) {
  const side = Math.min(width, height) / zoom;
  return { side, left: x * (width - side), top: y * (height - side) };
}

/** Shifts the picture under the square by a share of the square's side, as a finger on it does. */
export function movedBy(size: Size, crop: Crop, right: number, down: number): Crop {
  const { side } = squareOf(size, crop);
  const shifted = (place: number, by: number, length: number) =>
    length > side ? within(place - (by * side) / (length - side), 0, 1) : place;
  return { ...crop, x: shifted(crop.x, right, size.width), y: shifted(crop.y, down, size.height) };
}

/** Looks nearer or from further away, at the same place. */
export function zoomedTo(size: Size, crop: Crop, zoom: number): Crop {
  const before = squareOf(size, crop);
  const next = { ...crop, zoom: within(zoom, 1, mostZoom) };
  const { side } = squareOf(size, next);
  const kept = (from: number, place: number, length: number) =>
    length > side ? within((from + (before.side - side) / 2) / (length - side), 0, 1) : place;
  return {
    ...next,
    x: kept(before.left, crop.x, size.width),
    y: kept(before.top, crop.y, size.height),
  };
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
