/*
 * What is run within the page: each function must stand on its own, as its text is what is sent there. A frame is taken
 * for painted when the task after it runs: the browser hands over what it has drawn before it takes the next task.
 */

interface Shown {
  at: Promise<number>;
}

interface Frames {
  /** 1 while the rows must go down, −1 while they must go up. */
  way: 1 | -1;
  /** Milliseconds between each two frames. */
  gaps: number[];
  /** Frames in which a row went where it must not go, and the furthest of those. */
  wrong: number;
  furthest: number;
  seen: Set<string>;
}

declare global {
  var firstMessageAt: number | undefined;
  var shown: Shown;
  var scrolling: Frames;
  var pressed: number[];
}

/** Takes down when the first message is painted, in milliseconds since the navigation. */
export function watchFirstMessage(): void {
  const painted = () =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        globalThis.firstMessageAt = performance.now();
      };
      port2.postMessage(null);
    });
  new MutationObserver((_, observer) => {
    if (!document.querySelector("article[data-message]")) return;
    observer.disconnect();
    painted();
  }).observe(document, { childList: true, subtree: true });
}

/** From the next press (of a key or a button) to the frame that shows a new message with this text. */
export function watchNewMessage({ kind, text }: { kind: "keydown" | "click"; text: string }): void {
  const at = new Promise<number>((resolve) => {
    const pressed = (event: Event) => {
      const before = new Set(document.querySelectorAll("article"));
      const isThere = () =>
        [...document.querySelectorAll("article")].some(
          (each) => !before.has(each) && each.textContent.includes(text),
        );
      const painted = () =>
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now() - event.timeStamp);
          port2.postMessage(null);
        });
      new MutationObserver((_, observer) => {
        if (!isThere()) return;
        observer.disconnect();
        painted();
      }).observe(document, { childList: true, subtree: true, characterData: true });
    };
    addEventListener(kind, pressed, { capture: true, once: true });
  });
  globalThis.shown = { at };
}

/** Takes down the time from each letter that is typed to the next painted frame. */
export function watchKeys(): void {
  globalThis.pressed = [];
  const heard = (event: KeyboardEvent) => {
    if (event.key.length !== 1 || event.ctrlKey) return;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => globalThis.pressed.push(performance.now() - event.timeStamp);
      port2.postMessage(null);
    });
  };
  addEventListener("keydown", heard, { capture: true });
}

/** Takes down each frame: how long after the one before it came, and which way its messages went. */
export function watchFrames(): void {
  const frames: Frames = { way: 1, gaps: [], wrong: 0, furthest: 0, seen: new Set() };
  globalThis.scrolling = frames;
  let last: number | undefined;
  let before = new Map<string, number>();
  const look = () => {
    const now = new Map<string, number>();
    for (const row of document.querySelectorAll<HTMLElement>("article[data-message]")) {
      const { top, bottom } = row.getBoundingClientRect();
      if (bottom > 0 && top < innerHeight) now.set(row.dataset.message ?? "", top);
    }
    let back = 0;
    for (const [id, top] of now) {
      frames.seen.add(id);
      back = Math.max(back, ((before.get(id) ?? top) - top) * frames.way);
    }
    // Less than a pixel is rounding.
    if (back > 1) frames.wrong += 1;
    frames.furthest = Math.max(frames.furthest, back);
    before = now;
  };
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = look;
  const frame = (at: number) => {
    if (last !== undefined) frames.gaps.push(at - last);
    last = at;
    port2.postMessage(null);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
