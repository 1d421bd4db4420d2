import { freePort } from "./ports.ts";

export interface TranslationService {
  url: string;
  /** Bodies that were sent to it, in order. */
  asked: { q: string; source: string; target: string; format: string; api_key?: string }[];
  /** What it says instead of what it knows; null as it is. */
  fault: Response | null;
  /** Where it waits before it answers. */
  wait: Promise<void> | null;
  stop(): Promise<void>;
}

const languages = [
  { code: "en", name: "English", targets: ["de", "en"] },
  { code: "de", name: "German", targets: ["de", "en"] },
];

/** Speaks as LibreTranslate does: it takes German to be words that are turned round. */
export function translationService(path = ""): TranslationService {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: freePort(),
    async fetch(request) {
      if (service.fault) return service.fault.clone();
      const { pathname } = new URL(request.url);
      if (pathname === `${path}/languages`) return Response.json(languages);
      if (pathname !== `${path}/translate`) return Response.json({ error: "Not found" }, { status: 404 });
      const body = await request.json();
      service.asked.push(body);
      await service.wait;
      if (!languages.some(({ code }) => code === body.target))
        return Response.json({ error: `${body.target} is not supported` }, { status: 400 });
      const translatedText = body.q.split(" ").reverse().join(" ");
      return Response.json({ detectedLanguage: { confidence: 92, language: "en" }, translatedText });
    },
  });
  const service: TranslationService = {
    ...{ url: `http://127.0.0.1:${server.port}${path}`, asked: [], fault: null, wait: null },
    async stop() {
      await server.stop(true);
    },
  };
  return service;
}
