import type { Token, Tokens } from "marked";
import { Fragment, memo, type ReactNode } from "react";
import { tokensOf } from "../../ui/markdown.ts";
import { CodeBlock } from "./code-block.tsx";
import { withOwnEmoji } from "./own-emoji.tsx";

export interface MentionNames {
  /** Of the people whom the message mentions: other words with an `@` are just words. */
  usernames: ReadonlySet<string>;
  all: boolean;
  /** The reader's own. */
  own: string;
}

const kept = new WeakMap<object, Token[]>();
/** What a link may lead to: nothing that runs. */
const safeLink = /^(?:https?|mailto|tel):/i;
const mention = /(^|[^\w@./-])@([A-Za-z0-9][\w.-]{0,31})/g;

function tokensFor(owner: object, text: string): Token[] {
  const known = kept.get(owner);
  if (known) return known;
  const tokens = tokensOf(text);
  kept.set(owner, tokens);
  return tokens;
}

/**
 * A message's text, drawn from the tokens of its Markdown as React nodes: no HTML of anybody's is ever put into the
 * page, and a token that is not known here is shown as it was typed. `owner` stands for the text: it changes with it.
 */
export const MessageText = memo(function MessageText({
  owner,
  text,
  mentions,
}: {
  owner: object;
  text: string;
  mentions: MentionNames;
}) {
  if (isOnlyEmoji(text)) return <p className="text-4xl leading-snug">{text}</p>;
  return <Blocks tokens={tokensFor(owner, text)} mentions={mentions} />;
});

const onlyEmoji = /^(?:\p{RGI_Emoji}\s?){1,6}$/v;

function isOnlyEmoji(text: string): boolean {
  return text.length < 80 && onlyEmoji.test(text);
}

interface Drawn {
  tokens: readonly Token[] | undefined;
  mentions: MentionNames;
}

function Blocks({ tokens = [], mentions }: Drawn) {
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text never change their order.
    <Fragment key={index}>{block(token, mentions)}</Fragment>
  ));
}

function block(token: Token, mentions: MentionNames): ReactNode {
  switch (token.type) {
    case "space":
      return null;
    case "paragraph":
      return (
        <p dir="auto" className="whitespace-pre-wrap">
          <Inline tokens={token.tokens} mentions={mentions} />
        </p>
      );
    case "text":
      return <Inline tokens={token.tokens ?? [token]} mentions={mentions} />;
    case "heading":
      return (
        <p dir="auto" className="font-semibold">
          <Inline tokens={token.tokens} mentions={mentions} />
        </p>
      );
    case "blockquote":
      return (
        <blockquote className="my-1 border-s-3 border-edge ps-3 text-soft">
          <Blocks tokens={token.tokens} mentions={mentions} />
        </blockquote>
      );
    case "code":
      return <CodeBlock text={token.text} language={token.lang ?? ""} />;
    case "list":
      return <List token={token as Tokens.List} mentions={mentions} />;
    case "table":
      return <Table token={token as Tokens.Table} mentions={mentions} />;
    case "hr":
      return <hr className="my-2" />;
    default:
      return (
        <p dir="auto" className="whitespace-pre-wrap">
          {token.raw}
        </p>
      );
  }
}

function List({ token, mentions }: { token: Tokens.List; mentions: MentionNames }) {
  const items = token.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text never change their order.
    <li key={index} dir="auto">
      {item.task && (
        <input type="checkbox" checked={item.checked === true} readOnly disabled className="me-2" />
      )}
      <Blocks tokens={item.tokens} mentions={mentions} />
    </li>
  ));
  if (!token.ordered) return <ul className="my-1 list-disc ps-6">{items}</ul>;
  return (
    <ol start={Number(token.start) || 1} className="my-1 list-decimal ps-6">
      {items}
    </ol>
  );
}

/** Wider than its place it scrolls within itself, by keyboard too. */
function Table({ token: { header, rows }, mentions }: { token: Tokens.Table; mentions: MentionNames }) {
  const line = (cells: readonly Tokens.TableCell[], Cell: "th" | "td", key: number) => (
    <tr key={key}>
      {cells.map(({ tokens }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text never change their order.
        <Cell key={index} dir="auto" className="border px-2 py-1 text-start">
          <Inline tokens={tokens} mentions={mentions} />
        </Cell>
      ))}
    </tr>
  );
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      className="my-1 overflow-x-auto"
    >
      <table className="text-sm">
        <thead>{line(header, "th", 0)}</thead>
        <tbody>{rows.map((cells, index) => line(cells, "td", index))}</tbody>
      </table>
    </div>
  );
}

function Inline({ tokens = [], mentions }: Drawn) {
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text never change their order.
    <Fragment key={index}>{inline(token, mentions)}</Fragment>
  ));
}

function inline(token: Token, mentions: MentionNames): ReactNode {
  const within = "tokens" in token ? <Inline tokens={token.tokens} mentions={mentions} /> : null;
  switch (token.type) {
    case "text":
      return token.tokens ? within : <Words text={token.text} mentions={mentions} />;
    case "escape":
      return token.text;
    case "strong":
      return <strong>{within}</strong>;
    case "em":
      return <em>{within}</em>;
    case "del":
      return <del>{within}</del>;
    case "codespan":
      return (
        <code className="rounded bg-hover px-1 py-0.5 font-mono text-[0.9em] break-words">{token.text}</code>
      );
    case "br":
      return <br />;
    case "link":
      if (!safeLink.test(token.href)) return token.raw;
      return (
        <a
          href={token.href}
          target="_blank"
          rel="noreferrer noopener nofollow"
          className="break-words text-accent underline underline-offset-2"
        >
          {within}
        </a>
      );
    default:
      return token.raw;
  }
}

/** Text, with the names of those whom it mentions standing out. */
function Words({ text, mentions }: { text: string; mentions: MentionNames }) {
  if (!text.includes("@")) return withOwnEmoji(text);
  const parts: ReactNode[] = [];
  let from = 0;
  for (const found of text.matchAll(mention)) {
    const [, before = "", name = ""] = found;
    const known = knownName(name, mentions);
    if (!known) continue;
    const start = found.index + before.length;
    const end = start + 1 + known.length;
    const isOwn = known === "all" || known.toLowerCase() === mentions.own.toLowerCase();
    parts.push(
      withOwnEmoji(text.slice(from, start)),
      <bdi
        key={start}
        className={isOwn ? "rounded bg-note px-0.5 font-semibold" : "rounded bg-tint px-0.5 text-accent"}
      >
        {text.slice(start, end)}
      </bdi>,
    );
    from = end;
  }
  parts.push(withOwnEmoji(text.slice(from)));
  return parts;
}

/** A full stop at the end of a sentence is not the name's. */
function knownName(name: string, { usernames, all }: MentionNames): string | undefined {
  if (all && /^all(?![\w-])/.test(name)) return "all";
  for (let word = name; word.length > 0; word = word.slice(0, -1)) {
    if (usernames.has(word.toLowerCase())) return word;
    if (!/[.-]$/.test(word)) return undefined;
  }
  return undefined;
}
