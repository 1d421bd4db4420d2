import { afterEach, describe, expect, test } from "bun:test";
import { chmod, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, testContext } from "../../testing/context.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { addPerson, callBy, passwordOf } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { authenticate } from "../sessions/sessions.ts";
import { signIn } from "../sign-ins/sign-ins.ts";
import { listUsers } from "../users/users.ts";
import { claim, claimFromLoopback, isClaimed, loadEpoch, prepareClaim, serverInfo } from "./server.ts";

const headless = {
  ADMIN_USERNAME: "admin",
  ADMIN_EMAIL: "admin@example.org",
  ADMIN_PASSWORD: passwordOf("admin"),
};

onEveryEngine((engine) => {
  let fixture: TestContext;
  afterEach(() => fixture.close());

  async function started(options: Parameters<typeof testContext>[0] = {}): Promise<TestContext> {
    fixture = await testContext({ engine, spread: true, ...options });
    return fixture;
  }
  const codeIn = (link: string | undefined) => link?.split("#code=")[1] ?? "";
  const claimed = (
    code: string,
    options: { username?: string; password?: string; server_name?: string } = {},
  ) => {
    const { username = "admin", password = passwordOf(username), server_name } = options;
    return claim(fixture.context, callBy(null), {
      ...{ username, email: `${username}@example.org`, password, code, first_room: "General" },
      ...{ device: "", cookie: false as const },
      ...(server_name !== undefined && { server_name }),
    });
  };
  const everybody = async () =>
    (await listUsers(fixture.context.database, { user: 1, session: 1 }, { limit: 200 })).users;
  const setupFile = () => join(fixture.store.folder, "setup-link");
  const isThere = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );

  describe("the set-up link", () => {
    test("CLAIM-1 an unclaimed server makes one at each start, with 128 random bits, in a file of its owner", async () => {
      const { context } = await started({ environment: { PUBLIC_URL: "https://chat.example.org" } });
      expect(await isClaimed(context.database)).toBe(false);
      await writeFile(setupFile(), "open to all");
      await chmod(setupFile(), 0o644);
      const first = await prepareClaim(context);
      expect(first?.link).toMatch(/^https:\/\/chat\.example\.org\/setup#code=[A-Za-z0-9_-]{22}$/);
      expect(first?.path).toBe(setupFile());
      expect(await Bun.file(setupFile()).text()).toBe(`${first?.link}\n`);
      expect((await stat(setupFile())).mode & 0o777).toBe(0o600);
      expect(fixture.log.join()).not.toContain(codeIn(first?.link));
      const second = await prepareClaim(context);
      expect(second?.link).not.toBe(first?.link ?? "");
    });

    test("CLAIM-3 makes the first admin, who is signed in; the code and its file are gone", async () => {
      const { context } = await started();
      const code = codeIn((await prepareClaim(context))?.link);
      const signed = await claimed(code, { server_name: "Chess club" });
      expect(signed.user).toMatchObject({ username: "admin", role: "admin", must_change_password: false });
      expect(await authenticate(context, signed.access_token, "")).toMatchObject({
        role: "admin",
        restricted: false,
      });
      expect(await isClaimed(context.database)).toBe(true);
      expect(await isThere(setupFile())).toBe(false);
      expect((await serverInfo(context)).name).toBe("Chess club");
      expect(await outcomeOf(claimed(code, { username: "mallory" }))).toBe("conflict");
      const { database } = context;
      const settings = await database.rows(database.build.selectFrom("settings").select("key"));
      expect(settings.filter(({ key }) => key.startsWith("setup."))).toEqual([]);
    });

    test("CLAIM-3 is good for an hour, and only the latest is", async () => {
      const { context, store } = await started();
      const first = codeIn((await prepareClaim(context))?.link);
      const second = codeIn((await prepareClaim(context))?.link);
      expect(await outcomeOf(claimed(first))).toBe("forbidden");
      store.clock.advance(60 * 60_000);
      expect(await outcomeOf(claimed(second))).toBe("forbidden");
      const third = codeIn((await prepareClaim(context))?.link);
      store.clock.advance(60 * 60_000 - 1);
      expect(await outcomeOf(claimed(third))).toBe("done");
    });

    test("CLAIM-3 a wrong code makes nobody anything, whether there is a right one or not", async () => {
      const { context } = await started();
      for (const code of ["", "A".repeat(22), "undefined", "null"])
        expect(await outcomeOf(claimed(code))).toBe("forbidden");
      const code = codeIn((await prepareClaim(context))?.link);
      for (const wrong of ["", code.toLowerCase().slice(1), `${code}A`])
        expect(await outcomeOf(claimed(wrong))).toBe("forbidden");
      expect(await everybody()).toEqual([]);
    });

    test("CLAIM-4 the first admin's password is as strong as anybody's, and a refusal uses nothing up", async () => {
      const { context } = await started();
      const code = codeIn((await prepareClaim(context))?.link);
      for (const password of ["admin123", "adminadmin", "password1"]) {
        expect(await outcomeOf(claimed(code, { password }))).toBe("invalid");
      }
      expect(await outcomeOf(claimed(code))).toBe("done");
    });

    test("CLAIM-1 a claimed server makes none, and clears an old file away", async () => {
      const { context } = await started();
      await addPerson(context, "admin", "admin");
      await writeFile(setupFile(), "an old link");
      expect(await prepareClaim(context)).toBeNull();
      expect(await isThere(setupFile())).toBe(false);
    });
  });

  describe("many at once", () => {
    test("CLAIM-2 two hundred claims at once make one admin", async () => {
      const { context } = await started({ passwords: { queue: 200 } });
      const code = codeIn((await prepareClaim(context))?.link);
      const claims = Array.from({ length: 200 }, (_, index) =>
        outcomeOf(claimed(code, { username: `founder${index}` })),
      );
      const outcomes = await Promise.all(claims);
      expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "conflict")).toHaveLength(199);
      expect(await everybody()).toHaveLength(1);
    });

    test("CLAIM-2 two hundred claims by every way at once make one admin", async () => {
      const { context } = await started({ passwords: { queue: 200 } });
      const code = codeIn((await prepareClaim(context))?.link);
      const other = fixture.restarted(headless);
      const ways = Array.from({ length: 200 }, (_, index) => {
        const username = `founder${index}`;
        const account = { username, email: `${username}@example.org`, password: passwordOf(username) };
        const call = { ...callBy(null, "127.0.0.1"), forwarded: false, device: "" };
        if (index % 3 === 0) return outcomeOf(claimed(code, { username }));
        if (index % 3 === 1) return outcomeOf(claimFromLoopback(context, call, account));
        return outcomeOf(prepareClaim(other));
      });
      const outcomes = await Promise.all(ways);
      expect(await everybody()).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome !== "done" && outcome !== "conflict")).toEqual([]);
    });
  });

  describe("without a browser", () => {
    test("CLAIM-6 the settings make the first admin, once, and no link", async () => {
      const { context } = await started({ environment: headless });
      expect(await prepareClaim(context)).toBeNull();
      expect(await isThere(setupFile())).toBe(false);
      expect(await everybody()).toMatchObject([{ username: "admin", role: "admin" }]);
      const input = {
        login: "admin@example.org",
        password: headless.ADMIN_PASSWORD,
        device: "",
        cookie: false,
      };
      expect((await signIn(context, callBy(null), input)).user.role).toBe("admin");
      expect(fixture.log.join()).not.toContain(headless.ADMIN_PASSWORD);
      const changed = fixture.restarted({ ADMIN_USERNAME: "another", ADMIN_PASSWORD: "admin123" });
      expect(await prepareClaim(changed)).toBeNull();
      expect(await everybody()).toHaveLength(1);
    });

    for (const password of ["admin123", "Parley2024!", "password1", "admin-admin"]) {
      test(`CLAIM-6 a weak or published password (${password}) stops the start and says why`, async () => {
        const { context } = await started({ environment: { ...headless, ADMIN_PASSWORD: password } });
        await expect(prepareClaim(context)).rejects.toThrow(/^ADMIN_PASSWORD cannot be used: /);
        expect(await everybody()).toEqual([]);
      });
    }
  });

  describe("at the machine itself", () => {
    const account = { username: "admin", email: "admin@example.org", password: passwordOf("admin") };
    const from = (address: string, forwarded = false) => ({
      ...callBy(null, address),
      forwarded,
      device: "",
    });

    test("CLAIM-5 a call from the loopback address that nobody forwarded needs no code, once", async () => {
      const { context } = await started();
      await prepareClaim(context);
      expect((await claimFromLoopback(context, from("::ffff:127.0.0.1"), account)).user.role).toBe("admin");
      const second = {
        ...account,
        username: "second",
        email: "second@example.org",
        password: passwordOf("second"),
      };
      expect(await outcomeOf(claimFromLoopback(context, from("127.0.0.1"), second))).toBe("conflict");
    });

    test("CLAIM-5 any other does", async () => {
      const { context } = await started();
      for (const call of [
        from("127.0.0.1", true),
        from("192.0.2.10"),
        from(""),
        from("::2"),
        from("128.0.0.1"),
      ]) {
        expect(await outcomeOf(claimFromLoopback(context, call, account))).toBe("forbidden");
      }
      const weak = { ...account, password: "admin123" };
      expect(await outcomeOf(claimFromLoopback(context, from("::1"), weak))).toBe("invalid");
      expect(await everybody()).toEqual([]);
    });
  });

  test("CLAIM-7 anyone may know the name, the version, whether there is an admin, and who may register", async () => {
    const { context } = await started({ environment: { SERVER_NAME: "Harbour", REGISTRATION: "invite" } });
    const info = {
      name: "Harbour",
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      claimed: false,
      registration: "invite",
    };
    expect(await serverInfo(context)).toEqual(info as never);
    await addPerson(context, "admin", "admin");
    expect((await serverInfo(context)).claimed).toBe(true);
  });

  test("CLAIM-8 the store's history has one name, whichever node starts first", async () => {
    const { context } = await started();
    const drawn = await Promise.all(Array.from({ length: 10 }, () => loadEpoch(context)));
    expect(new Set(drawn).size).toBe(1);
    expect(drawn[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(await loadEpoch(context)).toBe(drawn[0] ?? "");
  });
});
