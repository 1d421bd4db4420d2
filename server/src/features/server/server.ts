import type { Output } from "@parley/protocol/contract";
import packageFile from "../../../package.json" with { type: "json" };
import type { Context } from "../../context.ts";
import type { Writer } from "../../platform/write.ts";
import type { Sql, Tables } from "../../schema/tables.ts";
import { hasUsers } from "../users/users.ts";
import { putSettingOnce, setting } from "./server-rows.ts";

export { claim, claimFromLoopback, type FirstAdmin, prepareClaim, type SetupLink } from "./claim.ts";
export { createUser } from "./create-user.ts";
export { mayUseKey, programName } from "./key.ts";
export { register } from "./register.ts";

/** CLAIM-7. What anyone may know of this server. */
export async function serverInfo(context: Context): Promise<Output<"server.info">> {
  const named = await context.database.first(setting({ key: "server.name" }));
  return {
    name: named?.value ?? context.config.serverName,
    version: packageFile.version,
    claimed: await isClaimed(context.database),
    registration: context.config.registration,
  };
}

/** CLAIM-1. Whether the first admin exists. Once true it stays true. */
export function isClaimed(sql: Sql): Promise<boolean> {
  return hasUsers(sql);
}

/** The name of this store's history: 128 random bits, drawn once by whichever node starts first. */
export async function loadEpoch<Change>(parts: {
  writer: Writer<Tables, Change>;
  randomBytes: (length: number) => Uint8Array;
}): Promise<string> {
  return parts.writer.write(async (tx) => {
    const drawn = Buffer.from(parts.randomBytes(16)).toString("hex");
    await tx.sql.run(putSettingOnce({ key: "epoch", value: drawn }));
    const kept = await tx.sql.first(setting({ key: "epoch" }));
    return kept?.value ?? drawn;
  });
}
