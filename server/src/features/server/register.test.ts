import { afterEach, describe, expect, test } from "bun:test";
import { contract } from "@parley/protocol/contract";
import { type TestContext, testContext } from "../../testing/context.ts";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { addCast, addressOf, callBy, passwordOf } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { createInvite } from "../invites/invites.ts";
import { register } from "./server.ts";

onEveryEngine((engine) => {
  let fixture: TestContext;
  afterEach(() => fixture.close());

  async function started(registration: "closed" | "invite" | "open") {
    fixture = await testContext({ engine, environment: { REGISTRATION: registration } });
    return addCast(fixture.context);
  }
  const join = (
    username: string,
    options: { invite?: string; address?: string; password?: string; email?: string } = {},
  ) =>
    register(fixture.context, callBy(null, options.address ?? addressOf.office), {
      username,
      email: options.email ?? `${username}@example.org`,
      password: options.password ?? passwordOf(username),
      ...{ device: "", cookie: false },
      ...(options.invite !== undefined && { invite: options.invite }),
    });

  for (const mode of ["closed", "invite"] as const) {
    test(`ACC-11 ${mode}: nobody without an invite, somebody with one`, async () => {
      const ids = await started(mode);
      expect(await outcomeOf(join("frost"))).toBe("forbidden");
      const call = callBy({ user: ids.admin, session: 1 });
      const { code } = await createInvite(fixture.context, call, { role: "user", uses: 1, days: 7 });
      expect((await join("frost", { invite: code })).user.role).toBe("user");
    });
  }

  describe("open", () => {
    test("ACC-11 anybody, as an ordinary person", async () => {
      await started("open");
      const signed = await join("frost");
      expect(signed.user).toMatchObject({ username: "frost", role: "user", email: "frost@example.org" });
      expect(signed.refresh_token).toBeString();
    });

    test("ACC-11 five accounts an hour from one network, however addresses change in it", async () => {
      await started("open");
      for (let index = 0; index < 5; index++) {
        expect(await outcomeOf(join(`guest${index}`, { address: `203.0.113.${index}` }))).toBe("done");
        fixture.store.clock.advance(60_000);
      }
      const refusal = await refusalOf(join("guest5", { address: "203.0.113.200" }));
      expect(refusal.code).toBe("rate_limited");
      expect(refusal.details.after).toBe(3600 - 300);
      expect(await outcomeOf(join("guest5", { address: "203.0.114.1" }))).toBe("done");
      fixture.store.clock.advance((3600 - 300) * 1_000);
      expect(await outcomeOf(join("guest6", { address: "203.0.113.200" }))).toBe("done");
    });

    test("ACC-11 what comes to nothing is no account, but twenty tries an hour are enough", async () => {
      await started("open");
      for (let index = 0; index < 18; index++) expect(await outcomeOf(join("alice"))).toBe("conflict");
      expect(await outcomeOf(join("frost", { password: "admin123" }))).toBe("invalid");
      expect(await outcomeOf(join("frost"))).toBe("done");
      expect(await outcomeOf(join("grove"))).toBe("rate_limited");
    });

    test("ACC-1 a taken name or address is told, and nothing is left behind", async () => {
      await started("open");
      expect((await refusalOf(join("ALICE"))).details.fields?.[0]?.path).toEqual(["username"]);
      const refusal = await refusalOf(join("frost", { email: "ALICE@example.org" }));
      expect(refusal.details.fields?.[0]?.path).toEqual(["email"]);
      expect(await outcomeOf(join("frost"))).toBe("done");
    });
  });

  test("ACC-11 nobody becomes anything on a server that has no admin yet", async () => {
    fixture = await testContext({ engine, environment: { REGISTRATION: "open" } });
    expect(await outcomeOf(join("frost"))).toBe("forbidden");
  });
});

test("ACC-11 a role cannot be asked for", () => {
  const input = { username: "frost", email: "frost@example.org", password: passwordOf("frost") };
  for (const name of ["user.register", "session.create", "user.update", "server.claim"] as const) {
    const given = {
      ...(name === "server.claim" && { code: "x" }),
      ...(name === "user.update" ? {} : input),
    };
    for (const extra of ["role", "is_admin", "id", "must_change_password", "active"]) {
      expect(contract[name].input.safeParse({ ...given, [extra]: "admin" }).success).toBe(false);
    }
  }
  expect(contract["user.register"].input.safeParse(input).success).toBe(true);
});
