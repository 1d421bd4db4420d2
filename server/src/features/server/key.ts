import { fingerprintOf } from "../../platform/secret-key.ts";
import type { Writer } from "../../platform/write.ts";
import type { Tables } from "../../schema/tables.ts";
import { programsBeside, putSetting, putSettingOnce, setting } from "./server-rows.ts";

const nameBegins = "parley-";

/** The name under which a server with this key connects to a database, so that servers with other keys see it there. */
export function programName(secretKey: string): string {
  return nameBegins + fingerprintOf(secretKey).slice(0, 16);
}

/**
 * NODE-7. Whether this key may sign for the store: servers that run beside each other accept each other's tokens, so that
 * they must have the same. Once all have stopped the key may be another.
 */
export async function mayUseKey<Change>(writer: Writer<Tables, Change>, secretKey: string): Promise<boolean> {
  const key = "secret.fingerprint";
  const value = fingerprintOf(secretKey);
  return writer.write(async ({ sql }) => {
    await sql.run(putSettingOnce({ key, value }));
    if ((await sql.first(setting({ key })))?.value === value) return true;
    const others = await programsBeside(sql, { own: programName(secretKey), beginWith: nameBegins });
    if (others.length > 0) return false;
    await sql.run(putSetting({ key, value }));
    return true;
  });
}
