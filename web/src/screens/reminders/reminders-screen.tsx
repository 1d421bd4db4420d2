import { ArrowLeft } from "lucide-react";
import { useClient, useView } from "../../client/use-client.ts";
import { ReminderPanel } from "../../features/reminders/reminders.tsx";
import { roomNameIn } from "../../features/rooms/rooms.tsx";
import { Link } from "../../ui/address.tsx";
import { useText } from "../../ui/text.ts";

/** Messages that the person wants to come back to. */
export function RemindersScreen() {
  const t = useText();
  const client = useClient();
  const rooms = useView(({ state }) => state.rooms);
  const nameOf = (room: number) => {
    const held = rooms.get(room);
    return held ? roomNameIn(client.view.getState(), held, t) : "";
  };
  return (
    <main className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-2 border-b px-3">
        <Link
          href="/"
          aria-label={t("settings.back")}
          className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover pointer-coarse:size-11"
        >
          <ArrowLeft aria-hidden size={20} className="rtl:-scale-x-100" />
        </Link>
        <h1 className="text-lg font-semibold">{t("remind.list")}</h1>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <ReminderPanel roomName={nameOf} />
      </div>
    </main>
  );
}
