/** A small repository: its files by path. */
export type Planted = Record<string, string>;

/** For each rule, repositories that break it and their lawful twins: what shows that the rule can fail. */
export const plants: Record<string, { caught: Planted[]; passed: Planted[] }> = {
  "ARCH-1": {
    caught: [{ "server/src/extras/thing.ts": "export const a = 1;" }],
    passed: [{ "server/src/features/rooms/rooms.ts": "export const a = 1;" }],
  },
  "ARCH-2": {
    caught: [
      { "server/src/platform/bus.ts": 'import { rooms } from "../features/rooms/rooms.ts";' },
      { "server/src/platform/bus.ts": 'import type { Rooms } from "../features/rooms/rooms.ts";' },
      { "server/src/features/rooms/rooms.ts": 'import { route } from "../../api/rest.ts";' },
      { "server/src/features/rooms/rooms.ts": 'const { route } = await import("../../api/rest.ts");' },
      { "server/src/features/rooms/rooms.ts": 'export * from "../../config.ts";' },
      { "server/src/api/rest.ts": 'import { tables } from "../schema/tables.ts";' },
      { "server/src/api/rest.ts": 'import { run } from "../../../bench/main.ts";' },
      { "server/src/api/rest.ts": 'import { buildCast } from "../testing/cast.ts";' },
      { "protocol/src/rooms.ts": 'import { rooms } from "../../server/src/features/rooms/rooms.ts";' },
      { "web/src/client/socket.ts": 'import { Timeline } from "../features/rooms/rooms.tsx";' },
      { "web/src/features/rooms/rooms.tsx": 'import "../../screens/home.tsx";' },
    ],
    passed: [
      { "server/src/api/rest.ts": 'import type { Sql } from "../schema/tables.ts";' },
      { "server/src/api/rest.ts": 'import { rooms } from "../features/rooms/rooms.ts";' },
      { "server/src/features/rooms/rooms.ts": 'import { room } from "@parley/protocol/rooms";' },
      { "server/src/features/rooms/rooms.ts": '// import { route } from "../../api/rest.ts";' },
      { "server/src/features/rooms/rooms.test.ts": 'import { buildApp } from "../../app.ts";' },
      { "web/src/screens/home.tsx": 'import { Timeline } from "../features/rooms/rooms.tsx";' },
    ],
  },
  "ARCH-3": {
    caught: [
      { "server/src/features/messages/messages.ts": 'import { roomById } from "../rooms/rooms-rows.ts";' },
      { "server/src/api/rest.ts": 'import { canEdit } from "../features/messages/messages-rules.ts";' },
      { "web/src/features/messages/messages.tsx": 'import { Row } from "../rooms/room-row.tsx";' },
    ],
    passed: [
      { "server/src/features/messages/messages.ts": 'import { accessRoom } from "../rooms/rooms.ts";' },
      { "server/src/features/messages/messages.ts": 'import { insertMessage } from "./messages-rows.ts";' },
      { "web/src/screens/home.tsx": 'import { Row } from "../features/rooms/room-row.tsx";' },
    ],
  },
  "ARCH-4": {
    caught: [{ "protocol/src/rooms.ts": 'import { Hono } from "hono";' }],
    passed: [{ "protocol/src/rooms.ts": 'import { z } from "zod";\nimport { id } from "./fields.ts";' }],
  },
  "ARCH-5": {
    caught: [
      { "web/src/client/rpc.ts": 'import type { Context } from "../../../server/src/context.ts";' },
      { "web/src/client/rpc.test.ts": 'import { buildApp } from "@parley/server/src/app.ts";' },
    ],
    passed: [{ "e2e/chat.test.ts": 'import { buildApp } from "@parley/server/src/app.ts";' }],
  },
  "ARCH-6": {
    caught: [
      {
        "server/src/features/rooms/rooms.ts":
          'import { openSqlite } from "../../platform/database-sqlite.ts";',
      },
      { "server/src/main.ts": 'import { diskFiles } from "./platform/files/disk.ts";' },
      { "server/src/platform/files/files.ts": 'import { diskFiles } from "./disk.ts";' },
    ],
    passed: [
      { "server/src/app.ts": 'import { openSqlite } from "./platform/database-sqlite.ts";' },
      { "server/src/platform/bus-redis.ts": 'import { connect } from "./redis-connection.ts";' },
    ],
  },
  "ARCH-7": {
    caught: [
      { "server/src/app.ts": 'import { routes } from "./api/dialects/ember/routes.ts";' },
      { "server/src/api/dialects/ember/routes.ts": 'import { shapes } from "../amber/shapes.ts";' },
    ],
    passed: [
      { "server/src/api/dialects/mount.ts": 'import { routes } from "./ember/routes.ts";' },
      { "server/src/api/dialects/ember/routes.ts": 'import { shapes } from "./shapes.ts";' },
    ],
  },
  "ARCH-8": {
    caught: [
      { "server/src/features/rooms/rooms.ts": 'import { sql } from "kysely";' },
      { "server/src/features/rooms/rooms.ts": 'import { Database } from "bun:sqlite";' },
      { "server/src/features/rooms/rooms.ts": 'import { SQL } from "bun";' },
      { "server/src/features/rooms/rooms.ts": "const db = new Bun.SQL(url);" },
      { "server/src/features/rooms/rooms.ts": "const all = sql`SELECT 1`;" },
      { "server/src/features/rooms/rooms.ts": "const all = sql<Row>`SELECT 1`;" },
      { "server/src/api/rest.ts": 'const rows = build.selectFrom("rooms");' },
    ],
    passed: [
      {
        "server/src/features/rooms/rooms-rows.ts":
          'import { sql } from "kysely";\nconst all = sql`SELECT 1`;',
      },
      { "server/src/platform/database.ts": 'import { Kysely } from "kysely";' },
      { "server/src/features/rooms/rooms.ts": "/** Not with sql`SELECT` here. */\nexport const a = 1;" },
      { "bench/floor.ts": 'import { Database } from "bun:sqlite";' },
    ],
  },
  "ARCH-9": {
    caught: [
      {
        "server/src/platform/a.ts": 'import { b } from "./b.ts";',
        "server/src/platform/b.ts": 'import { c } from "./c.ts";',
        "server/src/platform/c.ts": 'import { a } from "./a.ts";',
      },
      { "bench/main.ts": 'import { self } from "./main.ts";' },
    ],
    passed: [
      {
        "server/src/platform/a.ts": 'import { b } from "./b.ts";',
        "server/src/platform/b.ts": 'import type { A } from "./a.ts";',
      },
    ],
  },
  "ARCH-10": {
    caught: [
      {
        "server/src/features/rooms/rooms.ts": 'import { send } from "../messages/messages.ts";',
        "server/src/features/messages/messages-rows.ts": 'import type { Room } from "../rooms/rooms.ts";',
      },
    ],
    passed: [
      {
        "server/src/features/rooms/rooms.ts": 'import { roomById } from "./rooms-rows.ts";',
        "server/src/features/messages/messages.ts": 'import { accessRoom } from "../rooms/rooms.ts";',
      },
    ],
  },
  "ARCH-11": {
    caught: [
      { "web/src/client/rpc.ts": 'import { z } from "zod";' },
      {
        "web/src/client/rpc.ts": 'import { contract } from "@parley/protocol/contract";',
        "protocol/src/contract.ts": 'import { roomOperations } from "./rooms.ts";',
        "protocol/src/rooms.ts": 'import { z } from "zod";',
      },
    ],
    passed: [
      {
        "web/src/client/rpc.ts":
          'import type { Contract } from "@parley/protocol/contract";\nimport { limits } from "@parley/protocol/limits";',
        "protocol/src/contract.ts": 'import { z } from "zod";',
        "protocol/src/limits.ts": 'import type { z } from "zod";',
      },
    ],
  },
  "ARCH-12": {
    caught: [
      { "server/src/app.ts": "const port = process.env.PORT;" },
      { "server/src/platform/bus.ts": "const url = Bun.env.REDIS_URL;" },
      { "web/src/main.tsx": "const mode = import.meta.env.MODE;" },
    ],
    passed: [
      { "server/src/config.ts": "export const port = process.env.PORT;" },
      { "scripts/start.mjs": "const path = process.env.PATH;" },
    ],
  },
  "ARCH-13": {
    caught: [
      { "server/src/app.ts": "const now = Date.now();" },
      { "server/src/app.ts": "const now = new Date();" },
      { "server/src/app.ts": "const now = performance.now();" },
      { "server/src/app.ts": "const now = `at ${Date.now()}`;" },
    ],
    passed: [
      { "server/src/platform/clock.ts": "export const now = () => Date.now();" },
      { "server/src/app.ts": "const day = new Date(at);" },
      { "server/src/app.ts": 'const text = "Date.now()"; // not Date.now()' },
      { "server/src/app.test.ts": "const now = Date.now();" },
    ],
  },
  "ARCH-14": {
    caught: [
      { "server/src/utils/text.ts": "export const a = 1;" },
      { "web/src/client/helpers.ts": "export const a = 1;" },
      { "server/src/platform/room-service.ts": "export const a = 1;" },
      { "e2e/common.test.ts": "export const a = 1;" },
    ],
    passed: [{ "web/src/service-worker.ts": "export const a = 1;" }],
  },
  "ARCH-15": {
    caught: [{ "server/src/platform/index.ts": 'export * from "./bus.ts";' }],
    passed: [{ "web/src/index.ts": 'import { start } from "./client/start.ts";\nstart();' }],
  },
  "ARCH-16": {
    caught: [
      { "server/src/app.ts": "export default function app() {}" },
      { "server/src/app.ts": "const app = 1;\nexport { app as default };" },
    ],
    passed: [{ "web/vite.config.ts": "export default {};" }],
  },
  "ARCH-17": {
    caught: [
      { "protocol/src/rooms.test.ts": 'test.only("ROOM-1 a", () => {});' },
      { "protocol/src/rooms.test.ts": 'describe.only("rooms", () => {});' },
    ],
    passed: [{ "protocol/src/rooms.test.ts": 'test("ROOM-1 the only one", () => {});' }],
  },
  "ARCH-18": {
    caught: [{ "server/src/app.ts": "a;\n".repeat(401) }],
    passed: [
      { "server/src/app.ts": "a;\n".repeat(400) },
      { "server/src/schema/migrations/0001-core.ts": "a;\n".repeat(401) },
    ],
  },
  "ARCH-19": {
    caught: [
      { "protocol/src/rooms.test.ts": 'test("works", () => {});' },
      {
        "protocol/src/rooms.test.ts": 'test.skipIf(no)("works", () => {});',
      },
    ],
    passed: [
      { "protocol/src/rooms.test.ts": 'test("ROOM-1 works", () => {});' },
      { "protocol/src/rooms.test.ts": "/a/.test('works');\ntest(`${rule.id} works`, () => {});" },
    ],
  },
};
