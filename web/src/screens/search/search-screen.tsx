import { ArrowLeft } from "lucide-react";
import { useMemo } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { roomNameIn } from "../../features/rooms/rooms.tsx";
import { SearchPanel } from "../../features/search/search.tsx";
import { addressWith, Link, navigate, useSearchValue } from "../../ui/address.tsx";
import { useText } from "../../ui/text.ts";

/** Searching everything that one may read. */
export function SearchScreen() {
  const t = useText();
  const client = useClient();
  const words = useSearchValue("words") ?? "";
  const rooms = useView(({ state }) => state.rooms);
  const names = useMemo(() => {
    const view = client.view.getState();
    return new Map([...rooms].map(([id, held]) => [id, roomNameIn(view, held, t)]));
  }, [client, rooms, t]);
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
        <h1 className="text-lg font-semibold">{t("search.title")}</h1>
      </header>
      <div className="min-h-0 flex-1">
        <SearchPanel
          words={words}
          onSearch={(next) => navigate(addressWith("words", next || null))}
          rooms={names}
        />
      </div>
    </main>
  );
}
