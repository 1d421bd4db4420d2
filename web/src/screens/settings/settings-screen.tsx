import clsx from "clsx";
import { ArrowLeft } from "lucide-react";
import type { ComponentType } from "react";
import { useView } from "../../client/use-client.ts";
import { BlockedSettings } from "../../features/blocks/blocks.tsx";
import { LibrarySettings } from "../../features/library/library.tsx";
import { ReadingSettings } from "../../features/messages/messages.tsx";
import { NotificationSettings } from "../../features/notifications/notifications.tsx";
import { OwnReports } from "../../features/reports/reports.tsx";
import {
  AppearanceSettings,
  PasswordSettings,
  ProfileSettings,
  SessionSettings,
} from "../../features/settings/settings.tsx";
import { Link } from "../../ui/address.tsx";
import { type TextId, useText } from "../../ui/text.ts";

const parts: Record<string, { title: TextId; Part: ComponentType }> = {
  profile: { title: "settings.profile", Part: ProfileSettings },
  appearance: { title: "settings.appearance", Part: AppearanceSettings },
  reading: { title: "reading.title", Part: ReadingSettings },
  notifications: { title: "notify.title", Part: NotificationSettings },
  blocked: { title: "blocked.title", Part: BlockedSettings },
  reports: { title: "reports.title", Part: OwnReports },
  password: { title: "settings.password", Part: PasswordSettings },
  sessions: { title: "settings.sessions", Part: SessionSettings },
  library: { title: "library.title", Part: LibrarySettings },
};

/** The person's own settings, a part at a time; each has an address. */
export function SettingsScreen({ part: param }: { part: string | undefined }) {
  const t = useText();
  const isAdmin = useView(({ session }) => session.status === "signed_in" && session.user.role === "admin");
  const name = param !== undefined && param in parts ? param : "profile";
  const { title, Part } = parts[name] as (typeof parts)[string];
  const back =
    "inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover pointer-coarse:size-11";
  // On a phone the list is all there is to see until a part is chosen.
  const [Whole, Title, Chosen, PartTitle] =
    param === undefined ? (["main", "h1", "div", "h2"] as const) : (["div", "span", "main", "h1"] as const);
  return (
    <Whole className="flex h-full flex-col md:flex-row">
      <nav
        aria-label={t("settings.title")}
        className={clsx(
          "flex w-full flex-col border-e bg-side md:flex md:w-[min(19rem,40vw)] md:shrink-0",
          param === undefined ? "flex" : "hidden",
        )}
      >
        <header className="flex h-14 items-center gap-2 px-3">
          <Link href="/" aria-label={t("settings.back")} className={back}>
            <ArrowLeft aria-hidden size={20} className="rtl:-scale-x-100" />
          </Link>
          <Title className="text-lg font-semibold">{t("settings.title")}</Title>
        </header>
        <ul className="px-2">
          {Object.entries(parts)
            .filter(([part]) => part !== "library" || isAdmin)
            .map(([part, { title: label }]) => (
              <li key={part}>
                <Link
                  href={`/settings/${part}`}
                  aria-current={part === name ? "page" : undefined}
                  className={clsx(
                    "flex min-h-10 items-center rounded-lg px-3 text-sm hover:bg-hover pointer-coarse:min-h-12",
                    part === name && "md:bg-tint md:font-medium",
                  )}
                >
                  {t(label)}
                </Link>
              </li>
            ))}
        </ul>
      </nav>
      <Chosen className={clsx("min-h-0 flex-1 overflow-y-auto md:block", param === undefined && "hidden")}>
        <header className="flex h-14 items-center gap-2 px-3 md:px-8">
          <Link href="/settings" aria-label={t("settings.all")} className={clsx(back, "md:hidden")}>
            <ArrowLeft aria-hidden size={20} className="rtl:-scale-x-100" />
          </Link>
          <PartTitle className="text-lg font-semibold">{t(title)}</PartTitle>
        </header>
        <div className="max-w-xl px-4 pt-2 pb-10 md:px-8">
          <Part />
        </div>
      </Chosen>
    </Whole>
  );
}
