import clsx from "clsx";
import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { IconButton } from "./button.tsx";
import { useText } from "./text.ts";

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the end. */
  actions?: ReactNode;
  wide?: boolean;
}

/**
 * A modal dialog while it is mounted. The browser keeps the focus inside and gives it back at the end. What has
 * `data-first-focus` gets it first: `autoFocus` comes before the dialog is open.
 */
export function Dialog({ title, onClose, children, actions, wide }: DialogProps) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Closed while it is still in the document: later the browser could not give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    const around = document.activeElement?.parentElement?.closest<HTMLElement>("[tabindex='0']");
    if (element && !element.open) element.showModal();
    element?.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    return () => {
      element?.close();
      // What had the focus may be gone, such as a message that was deleted.
      const { activeElement } = document;
      if (activeElement === document.body || element?.contains(activeElement)) around?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === dialog.current && onClose()}
      className={clsx(
        "m-auto max-h-[min(46rem,100dvh-2rem)] w-[min(100vw-1.5rem,28rem)] overflow-visible rounded-2xl bg-transparent p-0",
        "backdrop:bg-black/45",
        wide && "sm:w-[40rem]",
      )}
    >
      <div className="flex max-h-[min(46rem,100dvh-2rem)] flex-col rounded-2xl bg-canvas shadow-float">
        <header className="flex items-center justify-between gap-3 ps-5 pe-3 pt-3">
          <h2 id={titleId} className="min-w-0 truncate text-lg font-semibold">
            {title}
          </h2>
          <IconButton label={t("dialog.close")} icon={X} onClick={onClose} />
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 py-3">{children}</div>
        {actions && <footer className="flex flex-wrap justify-end gap-2 px-5 pt-1 pb-4">{actions}</footer>}
      </div>
    </dialog>
  );
}
