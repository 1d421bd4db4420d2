import { ChatError } from "@parley/protocol/errors";
import { apiBase } from "@parley/protocol/routes";
import { tusBytes, tusVersion, uploadsPath } from "@parley/protocol/uploads";
import { type RpcOptions, toChatError, unreachable } from "./rpc.ts";

export type TusOptions = Omit<RpcOptions, "newKey">;

interface Request {
  method: string;
  path?: string;
  headers?: Record<string, string>;
  body?: Blob;
  signal: AbortSignal;
}

/** Milliseconds to wait for an answer to a piece. */
const patience = 60_000;

/** The server's uploads by tus 1.0.0. */
export class Tus {
  constructor(private readonly options: TusOptions) {}

  /** Begins one; the answer is its id. */
  async begin(file: { name: string; size: number }, signal: AbortSignal): Promise<number> {
    const headers = { "upload-length": String(file.size), "upload-metadata": `name ${base64(file.name)}` };
    const { headers: told } = await this.#ask({ method: "POST", headers, signal });
    const id = Number(told.get("location")?.split("/").at(-1));
    if (!Number.isSafeInteger(id)) throw new ChatError("internal", "An upload has no address.");
    return id;
  }

  /** How many bytes are there. */
  async offset(upload: number, signal: AbortSignal): Promise<number> {
    const { headers } = await this.#ask({ method: "HEAD", path: `/${upload}`, signal });
    return Number(headers.get("upload-offset"));
  }

  /** Goes on at a place; the answer is how many bytes are there then. */
  async append(upload: number, at: number, body: Blob, signal: AbortSignal): Promise<number> {
    const headers = { "upload-offset": String(at), "content-type": tusBytes };
    const answer = await this.#ask({ method: "PATCH", path: `/${upload}`, headers, body, signal });
    return Number(answer.headers.get("upload-offset"));
  }

  async end(upload: number): Promise<void> {
    await this.#ask({ method: "DELETE", path: `/${upload}`, signal: new AbortController().signal });
  }

  async #ask(request: Request): Promise<Response> {
    const token = await this.options.token();
    try {
      return await this.#attempt(request, token);
    } catch (error) {
      if (!(error instanceof ChatError) || error.code !== "unauthenticated") throw error;
      this.options.refused(token);
      return this.#attempt(request, await this.options.token());
    }
  }

  async #attempt({ method, path = "", headers, body, signal }: Request, token: string): Promise<Response> {
    const { url, environment } = this.options;
    const gaveUp = new AbortController();
    const calm = environment.after(patience, () => gaveUp.abort());
    const response = await environment
      .fetch(`${url}${apiBase}${uploadsPath}${path}`, {
        method,
        headers: { ...headers, "tus-resumable": tusVersion, authorization: `Bearer ${token}` },
        ...(body && { body }),
        signal: AbortSignal.any([signal, gaveUp.signal]),
        credentials: "same-origin",
        cache: "no-store",
      })
      .catch(unreachable)
      .finally(calm);
    if (!response.ok) throw toChatError(response, await response.text().catch(() => ""));
    return response;
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
