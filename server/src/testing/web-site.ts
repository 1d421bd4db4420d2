import { freePort } from "./ports.ts";

type Answer = (request: Request) => Response | Promise<Response>;

export interface WebSite {
  url: string;
  /** As it stands in `EGRESS_ALLOW`. */
  host: string;
  /** Paths that were asked for, in order. */
  asked: string[];
  /** What is at a path from now on. */
  put(path: string, answer: Answer): string;
  /** A page with these in its head. */
  page(path: string, head: string): string;
  stop(): Promise<void>;
}

/** A small site on this machine. */
export function webSite(): WebSite {
  const asked: string[] = [];
  const answers = new Map<string, Answer>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: freePort(),
    idleTimeout: 60,
    fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      return answers.get(pathname)?.(request) ?? new Response("nothing", { status: 404 });
    },
  });
  const host = `127.0.0.1:${server.port}`;
  const url = `http://${host}`;
  const put = (path: string, answer: Answer) => {
    answers.set(path, answer);
    return url + path;
  };
  return {
    ...{ url, host, asked, put },
    page: (path, head) =>
      put(path, () => html(`<!doctype html><html><head>${head}</head><body>Words</body>`)),
    async stop() {
      await server.stop(true);
    },
  };
}

export function html(body: string | Uint8Array<ArrayBuffer>, type = "text/html; charset=utf-8"): Response {
  return new Response(body, { headers: { "content-type": type } });
}
