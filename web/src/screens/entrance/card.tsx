import type { ReactNode } from "react";

/** A page with one thing to do. */
export function Card({ children }: { children?: ReactNode }) {
  return (
    <main className="flex min-h-full items-center justify-center bg-side p-4">
      <div className="flex w-full max-w-sm flex-col items-center gap-6 rounded-2xl bg-canvas p-6 shadow-float sm:p-8 empty:hidden">
        <img src="/icon.svg" alt="" className="size-12" />
        {children}
      </div>
    </main>
  );
}
