import type { ServerWebSocket } from "bun";
import { freePort } from "../server/src/testing/ports.ts";

/** Stands where Firefox looks for its maker's push service, and speaks as that does. */
export interface FirefoxPushes {
  host: string;
  /** What Firefox must be set to. */
  preferences: Record<string, unknown>;
  /** Codes with which Firefox has said what became of each push: 100 for one that a worker has dealt with. */
  taken: number[];
  /** Channels that Firefox has given up. */
  ended: string[];
  stop(): Promise<void>;
}

export function startFirefoxPushes(): FirefoxPushes {
  const port = freePort();
  const host = `127.0.0.1:${port}`;
  const taken: number[] = [];
  const ended: string[] = [];
  let firefox: ServerWebSocket | undefined;
  const say = (message: object) => firefox?.send(JSON.stringify(message));
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    async fetch(request, own) {
      const protocol = request.headers.get("sec-websocket-protocol");
      const headers = protocol === null ? {} : { "sec-websocket-protocol": protocol };
      if (own.upgrade(request, { headers })) return undefined;
      const channelID = new URL(request.url).pathname.replace("/push/", "");
      if (request.method !== "POST" || ended.includes(channelID)) return new Response(null, { status: 410 });
      const data = Buffer.from(await request.bytes()).toString("base64url");
      const encoding = request.headers.get("content-encoding");
      const version = crypto.randomUUID();
      say({ messageType: "notification", channelID, version, data, headers: { encoding } });
      return new Response(null, { status: 201 });
    },
    websocket: {
      open(socket) {
        firefox = socket;
      },
      message(_, text) {
        const message = JSON.parse(String(text));
        const { messageType, channelID } = message;
        if (messageType === "hello") {
          say({ messageType, uaid: crypto.randomUUID().replaceAll("-", ""), status: 200, use_webpush: true });
        } else if (messageType === "register") {
          say({ messageType, channelID, status: 200, pushEndpoint: `http://${host}/push/${channelID}` });
        } else if (messageType === "unregister") {
          ended.push(channelID);
          say({ messageType, channelID, status: 200 });
        } else if (messageType === "ack") {
          for (const { code } of message.updates) taken.push(code);
        } else if (Object.keys(message).length === 0) say({});
      },
    },
  });
  return {
    ...{ host, taken, ended },
    preferences: {
      "dom.push.serverURL": `ws://localhost:${port}/`,
      "dom.push.testing.allowInsecureServerURL": true,
      "permissions.default.desktop-notification": 1,
      "alerts.useSystemBackend": false,
      // A Firefox that is driven turns it off by itself.
      "dom.push.connection.enabled": true,
      "browser.aboutwelcome.enabled": false,
      "datareporting.policy.dataSubmissionEnabled": false,
      "intl.accept_languages": "en",
    },
    stop: () => server.stop(true),
  };
}
