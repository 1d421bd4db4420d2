import type { Input, OperationName, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { SignedIn } from "@parley/protocol/sessions";
import type { Account } from "@parley/protocol/users";
import type { Environment } from "./environment.ts";

export type SessionState =
  /** `ended`: the server ended it, it was not signed out here. */
  { status: "signed_out"; ended: boolean } | { status: "signed_in"; user: Account; session: number };

export interface SessionOptions {
  environment: Pick<Environment, "now" | "random" | "after" | "exclusively">;
  call: <Name extends OperationName>(name: Name, input: Input<Name>) => Promise<Output<Name>>;
  /** Whether the refresh token lives in an HttpOnly cookie, out of reach of this code. */
  cookie: boolean;
  device: string;
  changed: (state: SessionState) => void;
  /** There is a fresh access token. */
  renewed: (token: string) => void;
}

interface Tokens {
  access: string;
  /** From this time on, in milliseconds since 1970, a fresh one is fetched before use. */
  staleAt: number;
  refresh: string | undefined;
}

/** Milliseconds before its end at which an access token is replaced, or half of its life if that is less. */
const margin = 60_000;
const retryDelay = 5_000;

/** CLIENT-4. One signed-in session: keeps an access token that is good, in memory only. */
export class Session {
  #tokens: Tokens | undefined;
  #refreshing: Promise<string> | undefined;
  #cancelRenewal: (() => void) | undefined;
  #isLeaving = false;
  /** Whether somebody was taken for signed in: then a refused token means that their session has ended. */
  #isKnown = false;
  /** Raised at each sign-in and sign-out: an answer to an earlier session changes nothing. */
  #generation = 0;

  constructor(private readonly options: SessionOptions) {}

  /** The refresh token, where it is not in a cookie: keep it to `resume` later. */
  get refreshToken(): string | undefined {
    return this.#tokens?.refresh;
  }

  async signIn(login: string, password: string): Promise<void> {
    this.#begin(await this.options.call("session.create", { login, password, ...this.#form() }));
  }

  async register(account: Omit<Input<"user.register">, "cookie" | "device">): Promise<void> {
    this.#begin(await this.options.call("user.register", { ...account, ...this.#form() }));
  }

  async claim(account: Omit<Input<"server.claim">, "cookie" | "device">): Promise<void> {
    this.#begin(await this.options.call("server.claim", { ...account, ...this.#form() }));
  }

  /** Goes on as if the session that was known last still stood, until the server says otherwise. */
  assume(user: Account, session: number, refreshToken?: string): void {
    this.#generation += 1;
    this.#tokens = { access: "", staleAt: 0, refresh: refreshToken };
    this.#isKnown = true;
    this.options.changed({ status: "signed_in", user, session });
  }

  /** Goes on with an earlier session; false when there is none any more. */
  async resume(refreshToken?: string): Promise<boolean> {
    this.#tokens = { access: "", staleAt: 0, refresh: refreshToken };
    try {
      await this.#refresh();
      return true;
    } catch (error) {
      if (error instanceof ChatError && isRefusal(error)) return false;
      throw error;
    }
  }

  /** Fails, still signed in, when the server cannot be told: else the cookie would sign the next person in. */
  async signOut(): Promise<void> {
    this.#isLeaving = true;
    try {
      await this.options.call("session.end", {});
    } catch (error) {
      if (!(error instanceof ChatError) || error.code !== "unauthenticated") throw error;
    } finally {
      this.#isLeaving = false;
    }
    if (this.#tokens) this.#end(false);
  }

  /** The server says that this session is over. */
  ended(): void {
    // The live connection may tell of a sign-out before it is answered.
    if (this.#tokens) this.#end(!this.#isLeaving);
  }

  /** The person has signed out in another tab. */
  left(): void {
    if (this.#tokens) this.#end(false);
  }

  /** Stops renewing; what is known stays. */
  rest(): void {
    this.#cancelRenewal?.();
  }

  /** An access token that is good now. */
  async token(): Promise<string> {
    if (!this.#tokens) throw new ChatError("unauthenticated", "Sign in first.");
    if (this.options.environment.now() < this.#tokens.staleAt) return this.#tokens.access;
    return this.#refresh();
  }

  refused(token: string): void {
    if (this.#tokens?.access === token) this.#tokens.staleAt = 0;
  }

  #form() {
    return { cookie: this.options.cookie, device: this.options.device };
  }

  /** One at a time over all tabs: they share the cookie, and using a replaced token ends the session. */
  #refresh(): Promise<string> {
    const generation = this.#generation;
    this.#refreshing ??= this.options.environment
      .exclusively("parley-session", () => this.#exchange(generation))
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  async #exchange(generation: number): Promise<string> {
    const { refresh } = this.#tokens ?? {};
    try {
      const signedIn = await this.options.call("session.refresh", {
        cookie: this.options.cookie,
        ...(refresh !== undefined && { refresh_token: refresh }),
      });
      if (generation !== this.#generation) throw new ChatError("unauthenticated", "Signed out meanwhile.");
      this.#begin(signedIn);
      this.options.renewed(signedIn.access_token);
      return signedIn.access_token;
    } catch (error) {
      const isOver = error instanceof ChatError && isRefusal(error) && generation === this.#generation;
      if (isOver) this.#end(this.#isKnown);
      throw error;
    }
  }

  #begin(signedIn: SignedIn): void {
    this.#generation += 1;
    this.#isKnown = true;
    const life = signedIn.expires_in * 1000;
    const fresh = Math.max(life - margin, life / 2);
    this.#tokens = {
      access: signedIn.access_token,
      staleAt: this.options.environment.now() + fresh,
      refresh: signedIn.refresh_token,
    };
    this.#renewAfter(fresh);
    this.options.changed({ status: "signed_in", user: signedIn.user, session: signedIn.session });
  }

  #renewAfter(milliseconds: number): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = this.options.environment.after(milliseconds, () => {
      this.token().catch(() => {
        if (this.#tokens) this.#renewAfter(retryDelay * (1 + this.options.environment.random()));
      });
    });
  }

  #end(ended: boolean): void {
    this.#generation += 1;
    this.#cancelRenewal?.();
    this.#tokens = undefined;
    this.#isKnown = false;
    this.options.changed({ status: "signed_out", ended });
  }
}

function isRefusal(error: ChatError): boolean {
  return error.code === "unauthenticated" || error.code === "invalid" || error.code === "forbidden";
}
