import type { DialectRoute } from "./route.ts";
import type { DialectSocketRoute } from "./socket-route.ts";

/** The API of another chat system, as far as it is documented. */
export interface Dialect {
  /** By which the setting DIALECTS knows it. */
  name: string;
  /** In one line, for the description of the API. */
  about: string;
  routes: readonly DialectRoute[];
  sockets: readonly DialectSocketRoute[];
}
