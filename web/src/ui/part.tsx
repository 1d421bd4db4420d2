import type { ReactNode } from "react";
import { Boundary } from "./boundary.tsx";
import { useText } from "./text.ts";

/** One part of a screen: when it fails the others stay, and it can be tried again. */
export function Part({ children, of, onAgain }: { children: ReactNode; of?: unknown; onAgain?: () => void }) {
  return (
    <Boundary
      of={of}
      instead={(again) => (
        <Failed
          onAgain={() => {
            onAgain?.();
            again();
          }}
        />
      )}
    >
      {children}
    </Boundary>
  );
}

function Failed({ onAgain }: { onAgain: () => void }) {
  const t = useText();
  return (
    <div role="alert" className="m-auto flex flex-wrap items-center justify-center gap-x-3 p-4 text-sm">
      {t("part.failed")}
      <button type="button" onClick={onAgain} className="min-h-6 font-semibold text-accent underline">
        {t("part.again")}
      </button>
    </div>
  );
}
