import { expect, test } from "bun:test";
import { aroundTheEarth, degreesFrom, gridAround, latitudeWords, longitudeWords } from "./degrees.ts";

test("CARD-8 degrees are read with a point or a comma, and only as far as the earth goes", () => {
  expect(degreesFrom(" 52.52 ", 90)).toBe(52.52);
  expect(degreesFrom("-13,4", 180)).toBe(-13.4);
  expect(degreesFrom("+7", 90)).toBe(7);
  for (const typed of ["", "north", "91", "-90.1", "1.2.3", "1e1", "0x10", "NaN"])
    expect(degreesFrom(typed, 90)).toBeUndefined();
});

test("CARD-7 degrees are written with their side of the earth", () => {
  expect(latitudeWords(-33.85678).replace(",", ".")).toBe("33.85678° S");
  expect(longitudeWords(0).replace(",", ".")).toBe("0° E");
  expect(longitudeWords(-70.5, 1).replace(",", ".")).toBe("70.5° W");
});

test("CARD-7 the lines around a place are whole degrees, none beyond a pole", () => {
  expect(gridAround(52.5, 1, 90)).toEqual([
    { value: 52, off: -0.5 },
    { value: 53, off: 0.5 },
  ]);
  expect(gridAround(90, 1, 90).map(({ value }) => value)).toEqual([89, 90]);
  expect([181, -181, 180, 0].map(aroundTheEarth)).toEqual([-179, 179, -180, 0]);
});
