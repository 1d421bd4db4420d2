import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../testing/ports.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-chat-video-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const password = "admin keeps seven grey herons";

test("DIALECT-77 the settings of the documented system start the server", async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = Bun.spawn(
    [process.execPath, "--no-env-file", "--no-install", join(import.meta.dir, "../../../main.ts")],
    {
      cwd: folder,
      env: {
        ...{ SECRET_KEY: "q8Zr1xV0bWm3Tn5Lk7Jh9Gf2Ds4Ap6Yc", DATABASE_URL: "sqlite:///./chat_video.db" },
        ...{ ACCESS_TOKEN_EXPIRE_MINUTES: "1440", REFRESH_TOKEN_EXPIRE_DAYS: "7" },
        ...{ ADMIN_USERNAME: "admin", ADMIN_EMAIL: "admin@example.org", ADMIN_PASSWORD: password },
        ...{ PORT: String(port), HOME: folder },
      },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
    },
  );
  try {
    while (child.exitCode === null && !(await fetch(`${url}/health`).catch(() => null))?.ok)
      await Bun.sleep(20);
    const answered = await fetch(`${url}/api/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "admin", password }),
    });
    expect(await answered.json()).toMatchObject({ expires_in: 86_400, user: { role: "admin" } });
    expect(existsSync(join(folder, "chat_video.db"))).toBe(true);
  } finally {
    child.kill("SIGTERM");
    await child.exited;
  }
});
