import { useStore } from "zustand";
import { takeNewVersion, updates } from "../client/updates.ts";
import { useText } from "../ui/text.ts";

/** OFFLINE-2. Offers a new version and never forces it. */
export function UpdateNotice() {
  const t = useText();
  const waiting = useStore(updates, (state) => state.waiting);
  if (!waiting) return null;
  return (
    <p role="status" className="flex items-center justify-center gap-3 bg-tint px-4 py-1.5 text-sm">
      {t("update.waiting")}
      <button type="button" onClick={takeNewVersion} className="min-h-6 font-semibold text-accent underline">
        {t("update.reload")}
      </button>
    </p>
  );
}
