import { type ComponentProps, type MouseEvent, useSyncExternalStore } from "react";

/*
 * Every view has an address. The browser's history is the only place where it is kept: Back and Forward step through
 * rooms and panels.
 */

const watchers = new Set<() => void>();

function told(): void {
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  if (watchers.size === 0) addEventListener("popstate", told);
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) removeEventListener("popstate", told);
  };
}

export function navigate(to: string, { replace = false } = {}): void {
  if (to === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  told();
}

export function usePath(): string {
  return useSyncExternalStore(watch, () => location.pathname);
}

/** A value after the `?`; null where it is not named. */
export function useSearchValue(name: string): string | null {
  return useSyncExternalStore(watch, () => new URLSearchParams(location.search).get(name));
}

/** The present address with a value after the `?` put in, or taken out by null. */
export function addressWith(name: string, value: string | null): string {
  const search = new URLSearchParams(location.search);
  if (value === null) search.delete(name);
  else search.set(name, value);
  const words = search.toString();
  return location.pathname + (words && `?${words}`);
}

/** What `:name` stands for in a path; null when the path is another one. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.replace(/(?<=.)\/$/, "").split("/");
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) values[part.slice(1)] = decoded(value);
    else if (part !== value) return null;
  }
  return values;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export interface LinkProps extends ComponentProps<"a"> {
  href: string;
}

/** A link within the page. With a key held down it is the browser's: a new tab, a new window. */
export function Link({ href, onClick, ...rest }: LinkProps) {
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !isPlain) return;
    event.preventDefault();
    navigate(href);
  };
  return <a {...rest} href={href} onClick={go} />;
}
