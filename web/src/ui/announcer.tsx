import { create } from "zustand";

interface Notices {
  /** Read to people who do not see the page, when they pause. */
  spoken: string;
  /** Shown for a while. */
  shown: readonly { id: number; text: string; act?: { label: string; run: () => void } }[];
}

const useNotices = create<Notices>(() => ({ spoken: "", shown: [] }));
const usually = 6_000;
/** Milliseconds: far longer than anybody needs to begin reading it out. */
const spokenFor = 30_000;
let silence: ReturnType<typeof setTimeout> | undefined;
let last = 0;

export function announce(text: string): void {
  useNotices.setState({ spoken: text });
  // What is deleted is not to stand on here.
  clearTimeout(silence);
  silence = setTimeout(() => useNotices.setState({ spoken: "" }), spokenFor);
}

/** Says something in passing, for so many milliseconds. Never the only place where something lost or failed is told. */
export function notify(text: string, act?: { label: string; run: () => void }, shownFor = usually): void {
  const id = ++last;
  useNotices.setState(({ shown }) => ({ shown: [...shown.slice(-2), { id, text, ...(act && { act }) }] }));
  setTimeout(() => dismiss(id), shownFor);
}

function dismiss(id: number): void {
  useNotices.setState(({ shown }) => ({ shown: shown.filter((notice) => notice.id !== id) }));
}

/** Where notices appear: once on the page. */
export function Notices() {
  const { spoken, shown } = useNotices();
  return (
    <>
      <div aria-live="polite" className="sr-only">
        {spoken}
      </div>
      <div
        role="status"
        className="pointer-events-none fixed inset-x-0 bottom-20 z-40 flex flex-col items-center gap-2 px-4"
      >
        {shown.map(({ id, text, act }) => (
          <div
            key={id}
            className="pointer-events-auto flex items-center gap-4 rounded-xl bg-ink px-4 py-2 text-sm text-canvas shadow-float"
          >
            {text}
            {act && (
              <button
                type="button"
                className="min-h-6 font-semibold underline"
                onClick={() => {
                  dismiss(id);
                  act.run();
                }}
              >
                {act.label}
              </button>
            )}
          </div>
        ))}
      </div>
    </>
  );
}
