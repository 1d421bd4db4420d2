import { describe, expect, test } from "bun:test";
import { ChatError } from "@parley/protocol/errors";
import { z } from "zod";
import { fieldsOf, fromPath, fromQuery, fromText } from "./parameters.ts";

const input = z.strictObject({
  room: z.int().positive(),
  on: z.boolean().optional(),
  ids: z.array(z.int()).max(3).optional(),
  names: z.array(z.string()).default([]),
  search: z.string().optional(),
  limit: z.int().default(50),
  before: z.int().nullable().optional(),
});
const fields = fieldsOf(input);
const query = (text: string) => fromQuery(new URLSearchParams(text), fields);

describe("parameters", () => {
  test("REST-2 text becomes what the schema asks for", () => {
    expect(query("room=7&on=false&ids=1,2,%203&names=a,b&search=12&limit=9&before=0")).toEqual({
      room: 7,
      on: false,
      ids: [1, 2, 3],
      names: ["a", "b"],
      search: "12",
      limit: 9,
      before: 0,
    });
    expect(fromPath({ room: "7" }, fields)).toEqual({ room: 7 });
    expect(query("on=true").on).toBe(true);
  });

  test("REST-2 what does not look like its type is left to the schema to refuse", () => {
    for (const text of [
      "",
      " 7",
      "7 ",
      "1e3",
      "0x10",
      "Infinity",
      "NaN",
      "٧",
      "7n",
      "--7",
      "12345678901234567890",
    ]) {
      expect(fromText(text, z.int())).toBe(text);
      expect(z.int().safeParse(fromText(text, z.int())).success).toBe(false);
    }
    for (const text of ["TRUE", "1", "yes", ""]) expect(fromText(text, z.boolean())).toBe(text);
    expect(input.safeParse(query("room=7&ids=1,x")).error?.issues[0]?.path).toEqual(["ids", 1]);
  });

  test("REST-2 a list may be given name by name", () => {
    expect(query("room=7&ids=1&ids=2,3").ids).toEqual([1, 2, 3]);
    expect(query("ids=").ids).toEqual([]);
  });

  test("REST-2 a single value given twice is refused", () => {
    expect(() => query("room=7&room=8")).toThrow(ChatError);
    expect(() => query("unknown=7&unknown=8")).toThrow(ChatError);
  });

  test("REST-2 names that mean something to the language are unknown like any other", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const values = query(`room=7&${name}=x`);
      expect(Object.keys(values)).toEqual(["room", name]);
      expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
      expect(input.safeParse(values).success).toBe(false);
    }
  });
});
