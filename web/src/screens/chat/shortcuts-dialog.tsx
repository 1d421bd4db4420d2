import { Dialog } from "../../ui/dialog.tsx";
import { useSendKey } from "../../ui/send-key.ts";
import { type TextId, useText } from "../../ui/text.ts";

const command = /Mac|iP(?:hone|ad)/.test(navigator.userAgent) ? "⌘" : "Ctrl";

const shortcuts: readonly [keys: string, does: TextId][] = [
  [`${command} + K`, "keys.switcher"],
  [`${command} + /`, "keys.help"],
  ["Alt + ↑ ↓", "keys.rooms"],
  ["Alt + Shift + ↑ ↓", "keys.unread"],
  ["F6", "keys.regions"],
  ["↑", "keys.editLast"],
  ["Esc", "keys.cancel"],
  ["Esc", "keys.markRead"],
  ["↑ ↓ Home End", "keys.messages"],
  ["R T E C", "keys.onMessage"],
];

/** After how many the keys for writing stand. */
const writingAt = 5;
const [enter, modified] = ["Enter", "Shift + Enter"] as const;

/** Every key that does something. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const isModified = useSendKey().key === "modified";
  const writing: typeof shortcuts = [
    [isModified ? modified : enter, "keys.send"],
    [isModified ? enter : modified, "keys.line"],
  ];
  return (
    <Dialog title={t("keys.title")} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 text-sm">
        {[...shortcuts.slice(0, writingAt), ...writing, ...shortcuts.slice(writingAt)].map(([keys, does]) => (
          <div key={does} className="contents">
            <dt>
              <kbd className="rounded border border-edge/60 bg-side px-1.5 py-0.5 text-xs whitespace-nowrap">
                {keys}
              </kbd>
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
