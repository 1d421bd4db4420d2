import { prepare } from "../../schema/tables.ts";

export const putPassword = prepare<{ user: number; hash: string; must_change: 0 | 1; at: number }>(
  (build, param) =>
    build
      .updateTable("users")
      .set({
        password_hash: param("hash"),
        must_change_password: param("must_change"),
        updated_at: param("at"),
      })
      .where("id", "=", param("user")),
);

/** Only while the password is still the one that was checked: of two changes at once one succeeds. */
export const replacePassword = prepare<{ user: number; checked: string; hash: string; at: number }>(
  (build, param) =>
    build
      .updateTable("users")
      .set({ password_hash: param("hash"), must_change_password: 0, updated_at: param("at") })
      .where("id", "=", param("user"))
      .where("password_hash", "=", param("checked")),
);
