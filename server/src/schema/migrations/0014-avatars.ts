import type { Migration } from "../migrate.ts";

export const avatars: Migration = {
  name: "0014-avatars",
  statements: () => [
    `ALTER TABLE users ADD COLUMN avatar TEXT`,
    `CREATE INDEX users_avatar ON users (avatar) WHERE avatar IS NOT NULL`,
  ],
};
