import type { Egress } from "./egress.ts";
import { jsonFrom, type NamedService, ServiceError, wayTo } from "./endpoints.ts";
import { Turns } from "./turns.ts";

/** Milliseconds: a long text takes a small machine a while. */
const patience = 20_000;
const forList = 5_000;
/** Texts on their way at once, and such as wait. */
const turns = { atOnce: 4, mostWaiting: 32 };
const mostLanguages = 300;

export interface Translated {
  text: string;
  /** What it was written in; null where the service does not say. */
  from: string | null;
}

export interface Language {
  code: string;
  name: string;
}

/** TRANS-1. A service that speaks as LibreTranslate does. */
export class Translator {
  private readonly turns = new Turns(turns);
  private readonly egress: Egress;

  constructor(private readonly service: NamedService) {
    this.egress = wayTo(service, patience);
  }

  async translate(text: string, to: string): Promise<Translated> {
    const found = await this.turns.take(() =>
      this.ask("/translate", { q: text, source: "auto", target: to, format: "text" }),
    );
    const { translatedText, detectedLanguage } = fieldsOf(found);
    if (typeof translatedText !== "string")
      throw new ServiceError(true, "the service answered without a text");
    const { language } = fieldsOf(detectedLanguage);
    return { text: translatedText, from: typeof language === "string" ? language.slice(0, 35) : null };
  }

  async languages(): Promise<Language[]> {
    const url = `${this.service.url}/languages`;
    const found = await jsonFrom(this.egress.request({ url, method: "GET", timeLimit: forList }));
    if (!Array.isArray(found)) throw new ServiceError(true, "the service answered without languages");
    return found
      .map(fieldsOf)
      .flatMap(({ code, name }) =>
        typeof code === "string" ? [{ code, name: typeof name === "string" ? name : code }] : [],
      )
      .slice(0, mostLanguages);
  }

  private ask(path: string, body: Record<string, string>): Promise<unknown> {
    const { url, key } = this.service;
    const sent = Buffer.from(JSON.stringify({ ...body, ...(key !== null && { api_key: key }) }));
    const headers = { "content-type": "application/json", accept: "application/json" };
    return jsonFrom(this.egress.request({ url: url + path, method: "POST", headers, body: sent }));
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
