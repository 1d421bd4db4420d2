import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { secretHash } from "../../platform/hashes.ts";
import { type TestContext, testContext } from "../../testing/context.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { addCast, addPerson, addressOf, callBy, passwordOf } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { register } from "../server/server.ts";
import { setActive, setRole } from "../users/users.ts";
import { createInvite, listInvites, revokeInvite } from "./invites.ts";

const day = 86_400_000;

onEveryEngine((engine) => {
  let fixture: TestContext;
  let ids: Awaited<ReturnType<typeof addCast>>;
  let admin: { user: number; session: number };

  beforeEach(async () => {
    fixture = await testContext({ engine, spread: true });
    ids = await addCast(fixture.context);
    admin = { user: ids.admin, session: 1 };
  });
  afterEach(() => fixture.close());

  const invited = (options: { role?: "user" | "admin"; uses?: number; days?: number; by?: number } = {}) => {
    const { role = "user", uses = 1, days = 7, by = ids.admin } = options;
    return createInvite(fixture.context, callBy({ user: by, session: 1 }), { role, uses, days });
  };
  const join = (username: string, invite?: string) =>
    register(fixture.context, callBy(null, addressOf.office), {
      ...{
        username,
        email: `${username}@example.org`,
        password: passwordOf(username),
        device: "",
        cookie: false,
      },
      ...(invite !== undefined && { invite }),
    });
  const listed = async () => (await listInvites(fixture.context, callBy(admin))).invites;

  test("INV-1 a link with 128 random bits; the store keeps their hash only", async () => {
    const made = await invited();
    expect(made.code).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(made.link).toBe(`http://localhost:8000/invite#code=${made.code}`);
    const { database } = fixture.context;
    const rows = await database.rows(database.build.selectFrom("invites").selectAll());
    expect(JSON.stringify(rows)).not.toContain(made.code);
    expect(rows[0]?.code_hash).toBe(secretHash(made.code));
    expect(JSON.stringify(await listed())).not.toContain(made.code);
    expect(fixture.log.join()).not.toContain(made.code);
  });

  test("INV-1 is made from the public address", async () => {
    const elsewhere = fixture.restarted({ PUBLIC_URL: "https://chat.example.org" });
    const made = await createInvite(elsewhere, callBy(admin), { role: "user", uses: 1, days: 7 });
    expect(made.link).toStartWith("https://chat.example.org/invite#code=");
  });

  test("INV-2 one use makes one account, with the invite's role", async () => {
    const { code } = await invited({ role: "admin" });
    const signed = await join("frost", code);
    expect(signed.user).toMatchObject({ username: "frost", role: "admin", must_change_password: false });
    expect(await outcomeOf(join("grove", code))).toBe("forbidden");
    expect(await listed()).toEqual([]);
  });

  test("INV-2 of many uses at once no more succeed than are left", async () => {
    const { code } = await invited({ uses: 3 });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => outcomeOf(join(`guest${index}`, code))),
    );
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === "forbidden")).toHaveLength(17);
  });

  test("INV-2 a registration that fails uses nothing up", async () => {
    const { code } = await invited();
    expect(await outcomeOf(join("alice", code))).toBe("conflict");
    expect((await listed())[0]?.uses_left).toBe(1);
    expect(await outcomeOf(join("frost", code))).toBe("done");
  });

  test("INV-3 ends after its days", async () => {
    const { code, invite } = await invited({ days: 2 });
    expect(invite.expires_at).toBe(new Date(fixture.store.clock.now() + 2 * day).toISOString());
    fixture.store.clock.advance(2 * day - 1);
    expect(await listed()).toHaveLength(1);
    fixture.store.clock.advance(1);
    expect(await outcomeOf(join("frost", code))).toBe("forbidden");
    expect(await listed()).toEqual([]);
  });

  test("INV-3 works only while the admin who made it is one", async () => {
    const second = await addPerson(fixture.context, "ember", "admin");
    const { code } = await invited({ by: second, role: "admin" });
    const change = (work: Parameters<typeof fixture.context.writer.write>[0]) =>
      fixture.context.writer.write(work);
    await change((tx) => setRole(tx, admin, { user: second, role: "user" }));
    expect(await outcomeOf(join("frost", code))).toBe("forbidden");
    expect(await listed()).toEqual([]);
    await change((tx) => setRole(tx, admin, { user: second, role: "admin" }));
    await change((tx) => setActive(tx, admin, { user: second, active: false }));
    expect(await outcomeOf(join("frost", code))).toBe("forbidden");
    await change((tx) => setActive(tx, admin, { user: second, active: true }));
    expect(await outcomeOf(join("frost", code))).toBe("done");
  });

  test("INV-3 a wrong code costs no hash", async () => {
    const hash = Bun.password.hash;
    let hashes = 0;
    Bun.password.hash = (...given) => {
      hashes++;
      return hash(...given);
    };
    try {
      expect(await outcomeOf(join("frost", "AAAAAAAAAAAAAAAAAAAAAA"))).toBe("forbidden");
      expect(hashes).toBe(0);
      expect(await outcomeOf(join("frost", (await invited()).code))).toBe("done");
      expect(hashes).toBe(1);
    } finally {
      Bun.password.hash = hash;
    }
  });

  describe("for admins", () => {
    test("INV-4 they list what still works, the newest first, and revoke", async () => {
      const [first, second] = [await invited(), await invited({ uses: 5 })];
      expect(await listed()).toEqual([second.invite, first.invite]);
      const revoke = () =>
        fixture.context.writer.write((tx) => revokeInvite(tx, admin, { invite: second.invite.id }));
      expect(await outcomeOf(revoke())).toBe("done");
      expect(await listed()).toEqual([first.invite]);
      expect(await outcomeOf(join("frost", second.code))).toBe("forbidden");
      expect(await outcomeOf(revoke())).toBe("not_found");
    });

    test("INV-4 nobody else makes, sees or revokes any", async () => {
      const { invite } = await invited();
      const alice = { user: ids.alice, session: 1 };
      expect(await outcomeOf(invited({ by: ids.alice }))).toBe("forbidden");
      expect(await outcomeOf(listInvites(fixture.context, callBy(alice)))).toBe("forbidden");
      const revoke = fixture.context.writer.write((tx) => revokeInvite(tx, alice, { invite: invite.id }));
      expect(await outcomeOf(revoke)).toBe("forbidden");
      expect(await listed()).toHaveLength(1);
    });

    test("INV-4 at most a thousand are open at once", async () => {
      const { context } = fixture;
      await context.writer.write(async (tx) => {
        const rows = Array.from({ length: 999 }, (_, index) => ({
          ...{ code_hash: `${index}`, role: "user" as const, uses_left: 1, created_by: ids.admin },
          ...{ created_at: tx.now, expires_at: tx.now + day },
        }));
        await tx.sql.run(tx.sql.build.insertInto("invites").values(rows));
      });
      expect(await outcomeOf(invited())).toBe("done");
      expect(await outcomeOf(invited())).toBe("conflict");
      fixture.store.clock.advance(day);
      expect(await outcomeOf(invited())).toBe("done");
    });
  });
});
