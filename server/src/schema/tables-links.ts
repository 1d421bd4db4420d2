import type { Generated } from "kysely";

/** What the server finds out about messages: the pages they link to, and their texts in other languages. */
export interface LinkTables {
  /** A page, as somebody found it at one time. Where it stood is not kept any longer than it is looked for. */
  link_pages: {
    id: Generated<number>;
    url_hash: string;
    url: string | null;
    host: string | null;
    /** `wanted`: nobody has looked yet; `nothing`: there was nothing to show. */
    state: "wanted" | "made" | "nothing";
    title: Generated<string>;
    description: Generated<string>;
    site: Generated<string>;
    /** The name of the picture that was made. */
    picture: Generated<string | null>;
    width: Generated<number | null>;
    height: Generated<number | null>;
    /** Whose message wanted it first. */
    asked_by: number;
    /** When it was wanted, and then when it was looked at. */
    at: number;
    due_at: number;
    tries: Generated<number>;
    /** Until then one node alone deals with it. */
    leased_until: Generated<number>;
  };
  /** The links of a message of which there are, or may be, previews, in their order. */
  link_previews: {
    message_id: number;
    url_hash: string;
    url: string;
    place: number;
    page_id: number;
    state: "waiting" | "shown" | "removed";
  };
  translations: {
    message_id: number;
    language: string;
    /** Of what was translated: another text has no translation yet. */
    text_hash: string;
    text: string;
    source: string | null;
    at: number;
  };
}
