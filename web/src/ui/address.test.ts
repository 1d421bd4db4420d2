import { describe, expect, test } from "bun:test";
import { matchPath } from "./address.tsx";

describe("addresses", () => {
  test("ADDRESS-1 a path is known by its pattern, and its values are read from it", () => {
    expect(matchPath("/", "/")).toEqual({});
    expect(matchPath("/rooms/:room", "/rooms/7")).toEqual({ room: "7" });
    expect(matchPath("/rooms/:room", "/rooms/7/")).toEqual({ room: "7" });
    expect(matchPath("/settings/:part", "/settings/a%20b")).toEqual({ part: "a b" });
    expect(matchPath("/settings/:part", "/settings/%E0%A4%A")).toEqual({ part: "%E0%A4%A" });
    for (const other of ["/", "/rooms", "/rooms/7/8", "/room/7"])
      expect(matchPath("/rooms/:room", other)).toBeNull();
  });
});
