import { type ComponentType, lazy, Suspense, useState } from "react";
import { loadAllTexts } from "./languages.ts";
import { Part } from "./part.tsx";

/** Milliseconds: where a missing part makes the page load anew, nobody needs a word of it meanwhile. */
const tellAfter = 2_000;

/** Code that comes later, with the texts that it shows. */
export async function withTexts<Loaded>(load: () => Promise<Loaded>): Promise<Loaded> {
  const [loaded] = await Promise.all([load(), loadAllTexts()]);
  return loaded;
}

/** As `lazily`, for what few would miss: where its code does not come there is nothing, until it is shown anew. */
export function lazilyOrNot<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const prepare = () =>
    lazy(async () => {
      try {
        return { default: await withTexts(load) };
      } catch {
        Loaded = prepare();
        return { default: () => null };
      }
    });
  let Loaded = prepare();
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each component, where a module begins.
  return function Lazily(props: Props) {
    const [Shown] = useState(() => Loaded);
    return (
      <Suspense fallback={null}>
        <Shown {...props} />
      </Suspense>
    );
  };
}

/**
 * A component whose code comes when it is first shown: nothing stands in its place until then. Where it does not come,
 * or cannot be drawn, that is said in its place and it can be tried again.
 */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const prepare = () =>
    lazy(async () => {
      try {
        return { default: await withTexts(load) };
      } catch (error) {
        await new Promise((resolve) => setTimeout(resolve, tellAfter));
        throw error;
      }
    });
  let Loaded = prepare();
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each component, where a module begins.
  return function Lazily(props: Props) {
    const [, setTries] = useState(0);
    const again = () => {
      Loaded = prepare();
      setTries((tries) => tries + 1);
    };
    return (
      <Part onAgain={again}>
        <Suspense fallback={null}>
          <Loaded {...props} />
        </Suspense>
      </Part>
    );
  };
}
