import clsx from "clsx";
import type { LucideIcon } from "lucide-react";
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

export interface MenuItem {
  label: string;
  icon?: LucideIcon;
  danger?: boolean;
  /** One key that does the same where the menu belongs to. */
  shortcut?: string;
  act: () => void;
}

/** Where a menu opens: beside an element, or at a point of the window. */
export type MenuPlace = { element: Element } | { x: number; y: number };

export interface MenuProps {
  label: string;
  items: readonly MenuItem[];
  place: MenuPlace;
  onClose: () => void;
}

const gap = 6;

/** An open menu. Arrow keys move, Enter chooses, Escape and a press elsewhere close; the focus goes back. */
export function Menu({ label, items, place, onClose }: MenuProps) {
  const list = useRef<HTMLDivElement>(null);
  const [position, setPosition] = useState({ left: 0, top: 0 });
  useLayoutEffect(() => {
    if (list.current) setPosition(placed(list.current, place));
  }, [place]);
  // Given back while the menu is still there: a dialog that comes instead of it must know where the focus was.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const menu = list.current;
    menu?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    return () => {
      if (menu?.contains(document.activeElement) && before instanceof HTMLElement) before.focus();
    };
  }, []);
  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: a press outside closes; by keyboard Escape does.
    <div className="fixed inset-0 z-50" onPointerDown={onClose} onContextMenu={prevented(onClose)}>
      <div
        ref={list}
        role="menu"
        aria-label={label}
        tabIndex={-1}
        style={position}
        onPointerDown={(event) => event.stopPropagation()}
        onKeyDown={(event) => moveIn(event, onClose)}
        className="absolute max-h-[80dvh] min-w-48 overflow-y-auto rounded-xl bg-raised p-1.5 shadow-float"
      >
        {items.map(({ label: name, icon: Icon, danger, shortcut, act }) => (
          <button
            key={name}
            type="button"
            role="menuitem"
            tabIndex={-1}
            onClick={() => {
              onClose();
              act();
            }}
            className={clsx(
              "flex w-full items-center gap-3 rounded-lg px-3 py-1.5 text-start text-sm pointer-coarse:py-3",
              "hover:bg-hover focus:bg-hover focus-visible:outline-offset-[-2px]",
              danger && "text-danger",
            )}
          >
            {Icon && <Icon aria-hidden size={17} className="shrink-0" />}
            <span className="flex-1">{name}</span>
            {shortcut && <kbd className="text-xs text-soft">{shortcut}</kbd>}
          </button>
        ))}
      </div>
    </div>,
    document.body,
  );
}

function prevented(then: () => void) {
  return (event: { preventDefault: () => void }) => {
    event.preventDefault();
    then();
  };
}

function placed(menu: HTMLElement, place: MenuPlace): { left: number; top: number } {
  const { width, height } = menu.getBoundingClientRect();
  const isRightToLeft = document.documentElement.dir === "rtl";
  const box =
    "element" in place ? place.element.getBoundingClientRect() : new DOMRect(place.x, place.y, 0, 0);
  const start = isRightToLeft ? box.left : box.right - width;
  const left = "element" in place ? start : place.x;
  const below = box.bottom + gap;
  const fits = below + height <= innerHeight - gap;
  const top = fits ? below : box.top - height - gap;
  const within = (value: number, size: number, room: number) =>
    Math.max(gap, Math.min(value, room - size - gap));
  return { left: within(left, width, innerWidth), top: within(top, height, innerHeight) };
}

function moveIn(event: KeyboardEvent<HTMLElement>, onClose: () => void): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const goTo = (index: number) => items[(index + items.length) % items.length]?.focus();
  event.stopPropagation();
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (target === undefined && event.key !== "Escape" && event.key !== "Tab") return;
  event.preventDefault();
  if (target === undefined) onClose();
  else goTo(target);
}
