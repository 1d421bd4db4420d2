import type { Egress } from "./egress.ts";
import { jsonFrom, type NamedService, ServiceError, wayTo } from "./endpoints.ts";

/** Milliseconds: a small machine takes about as long as the recording. */
const patience = 300_000;
const forState = 5_000;

export interface Recording {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
}

/** What such services tell a kind by. */
const endings: Readonly<Record<string, string>> = {
  ...{
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/wav": "wav",
  },
  ...{ "video/mp4": "mp4", "video/webm": "webm", "audio/webm": "webm" },
};

/** SPEECH-1. A service that speaks as OpenAI's does. */
export class Transcriber {
  private readonly egress: Egress;

  constructor(private readonly service: NamedService & { model: string }) {
    this.egress = wayTo(service, patience);
  }

  /** What the file is called stays here: it is nobody's business there. */
  async transcribe({ bytes, type }: Recording): Promise<string> {
    const form = new FormData();
    form.set("file", new Blob([bytes], { type }), `recording.${endings[type] ?? "bin"}`);
    form.set("model", this.service.model);
    form.set("response_format", "json");
    const packed = new Response(form);
    const sent = {
      url: `${this.service.url}/audio/transcriptions`,
      method: "POST",
      headers: { ...this.headers(), "content-type": packed.headers.get("content-type") ?? "" },
      body: new Uint8Array(await packed.arrayBuffer()),
    } as const;
    const found = await jsonFrom(this.egress.request(sent));
    const text = typeof found === "object" && found !== null && "text" in found ? found.text : undefined;
    if (typeof text !== "string") throw new ServiceError(true, "the service answered without a text");
    return text.trim();
  }

  /** Whether it is there: whatever it says to this, somebody answers. */
  async isThere(): Promise<boolean> {
    try {
      const url = `${this.service.url}/models`;
      const asked = { url, method: "GET", headers: this.headers(), timeLimit: forState } as const;
      return (await this.egress.request({ ...asked, wanted: () => 0 })).status < 500;
    } catch {
      return false;
    }
  }

  private headers(): Record<string, string> {
    const { key } = this.service;
    return { accept: "application/json", ...(key !== null && { authorization: `Bearer ${key}` }) };
  }
}
