import { type Atom, atomsOf } from "../search-index/search-index.ts";

/** Something that must be in a text, or must not. Its atoms follow each other. */
export interface Clause {
  atoms: readonly Atom[];
  /** The last atom may be the beginning of a longer word. */
  prefix: boolean;
  /** A single word may be the end of a longer one. */
  loose: boolean;
}

export interface Query {
  wanted: readonly Clause[];
  unwanted: readonly Clause[];
}

const quotes = /[“”„‟«»]/g;
/** In quotes, or without a space; with a minus before it unless that is the first of several, as of an option's name. */
const pieces = /(?<minus>-(?=["\p{L}\p{N}\p{S}]))?(?:"(?<quoted>[^"]*)"?|(?<plain>[^\s"]+))/gu;

/** SEARCH-3. What somebody typed. Whatever is no word in it means nothing: every text is a query. */
export function parseQuery(text: string): Query {
  const found = [...text.replace(quotes, '"').matchAll(pieces)].map(({ groups = {} }) => ({
    isUnwanted: groups.minus !== undefined,
    isQuoted: groups.quoted !== undefined,
    atoms: atomsOf(groups.quoted ?? groups.plain ?? ""),
  }));
  const meant = found.filter(({ atoms }) => atoms.length > 0);
  const last = meant.at(-1);
  const wanted = meant.filter(({ isUnwanted }) => !isUnwanted);
  return {
    wanted: wanted.map(({ atoms, isQuoted }) => ({
      atoms,
      prefix: !isQuoted && wanted.at(-1) === last && last?.atoms === atoms,
      loose: !isQuoted && atoms.length === 1,
    })),
    unwanted: meant
      .filter(({ isUnwanted }) => isUnwanted)
      .map(({ atoms }) => ({ atoms, prefix: false, loose: false })),
  };
}
