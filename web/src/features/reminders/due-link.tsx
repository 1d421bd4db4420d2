import { BellRing } from "lucide-react";
import { Link } from "../../ui/address.tsx";
import { useText } from "../../ui/text.ts";

export function DueLink({ count }: { count: number }) {
  const t = useText();
  return (
    <Link
      href="/reminders"
      className="mx-3 mb-2 flex min-h-9 shrink-0 items-center gap-2 rounded-lg bg-tint px-3 py-1.5 text-sm font-medium text-accent pointer-coarse:min-h-11"
    >
      <BellRing aria-hidden size={16} className="shrink-0" />
      <span className="min-w-0 truncate">{t("remind.dueCount", { count })}</span>
    </Link>
  );
}
