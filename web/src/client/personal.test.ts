import { describe, expect, test } from "bun:test";
import { ScriptedBrowser } from "./scripted-browser.ts";
import { settled } from "./scripted-network.ts";
import { connected, reconnect, ScriptedServer } from "./scripted-server.ts";

describe("what is the person's own", () => {
  test("NOTIFY-5 the wish for all rooms is read when somebody asks, then followed", async () => {
    const server = new ScriptedServer();
    let level = "mentions";
    server.instead.set("/me/notifications", () => Response.json({ level, muted_until: null }));
    const { client, network } = await connected({}, server);
    const { wishes } = client.personal;
    expect([client.view.getState().wishes, server.asked()]).toEqual([null, []]);
    wishes.want();
    wishes.want();
    await settled();
    expect(server.asked()).toEqual(["GET /me/notifications"]);
    expect(client.view.getState().wishes).toEqual({ level: "mentions", muted_until: null });
    const event = { kind: "notification.default_changed", at: "", level: "none", muted_until: null } as const;
    server.say({ type: "user_event", seq: 1, event });
    expect(client.view.getState().wishes).toEqual({ level: "none", muted_until: null });
    level = "all";
    await reconnect(network);
    server.greet({ mode: "fresh" });
    await settled();
    expect(client.view.getState().wishes).toEqual({ level: "all", muted_until: null });
  });

  test("TAB-5 which rooms are in sight is known in all tabs, also to one that leads later", async () => {
    const browser = new ScriptedBrowser();
    const open = () => connected({}, new ScriptedServer(browser));
    const [one, other] = [await open(), await open()];
    const { sight } = one.client.personal;
    other.client.personal.sight.look(7);
    await settled();
    expect([sight.has(7), sight.has(8)]).toEqual([true, false]);
    const third = await open();
    one.network.die();
    other.network.socket.cut();
    await settled();
    expect(third.client.view.getState().isLeading).toBe(true);
    await settled();
    expect(third.client.personal.sight.has(7)).toBe(true);
    other.client.personal.sight.look(null);
    await settled();
    expect(third.client.personal.sight.has(7)).toBe(false);
  });

  test("TAB-5 a tab that has died shows nothing", async () => {
    const browser = new ScriptedBrowser();
    const open = () => connected({}, new ScriptedServer(browser));
    const [one, other] = [await open(), await open()];
    const { sight } = one.client.personal;
    other.client.personal.sight.look(7);
    await other.network.pass(120_000);
    await one.network.pass(45_000);
    expect(sight.has(7)).toBe(true);
    other.network.die();
    await one.network.pass(60_000);
    expect(sight.has(7)).toBe(false);
  });
});
