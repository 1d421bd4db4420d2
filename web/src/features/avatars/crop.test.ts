import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Crop, middle, mostZoom, movedBy, squareOf, zoomedTo } from "./crop.ts";

const side = fc.integer({ min: 1, max: 5_000 });
const size = fc.record({ width: side, height: side });
const share = fc.double({ min: -3, max: 3, noNaN: true });
const act = fc.oneof(
  fc.tuple(share, share).map(([right, down]) => ({ right, down })),
  fc.double({ min: 0, max: 20, noNaN: true }).map((zoom) => ({ zoom })),
);
const nothing = 1e-6;

describe("the part of a picture that is kept", () => {
  test("UI-131 is a square inside the picture whatever is done to it", () => {
    fc.assert(
      fc.property(size, fc.array(act, { maxLength: 20 }), (given, acts) => {
        let crop: Crop = middle;
        for (const each of acts) {
          crop =
            "zoom" in each ? zoomedTo(given, crop, each.zoom) : movedBy(given, crop, each.right, each.down);
          const { left, top, side } = squareOf(given, crop);
          expect(side).toBeGreaterThan(0);
          expect(Math.min(left, top)).toBeGreaterThanOrEqual(-nothing);
          expect(left + side).toBeLessThanOrEqual(given.width + nothing);
          expect(top + side).toBeLessThanOrEqual(given.height + nothing);
        }
      }),
    );
  });

  test("UI-131 begins with the middle, and follows the finger", () => {
    const wide = { width: 400, height: 200 };
    expect(squareOf(wide, middle)).toEqual({ side: 200, left: 100, top: 0 });
    expect(squareOf(wide, movedBy(wide, middle, 0.25, 0))).toEqual({ side: 200, left: 50, top: 0 });
    expect(squareOf(wide, movedBy(wide, middle, -9, 5))).toEqual({ side: 200, left: 200, top: 0 });
  });

  test("UI-131 is looked at from nearby around its middle", () => {
    const wide = { width: 400, height: 200 };
    const near = zoomedTo(wide, movedBy(wide, middle, 0.25, 0), 2);
    expect(squareOf(wide, near)).toEqual({ side: 100, left: 100, top: 50 });
    expect(squareOf(wide, zoomedTo(wide, near, 99)).side).toBe(200 / mostZoom);
  });
});
