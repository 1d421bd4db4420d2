import type { ThreadLevel } from "@parley/protocol/threads";
import { AtSign, Bell, BellOff, BellRing, Check, EyeOff } from "lucide-react";
import { useRef, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";

const levels = ["all", "mentions", "none"] as const;
const icons = { all: BellRing, mentions: AtSign, none: BellOff } as const;

/** Whether the person follows a thread, and of what in it they wish to be told. */
export function FollowButton({ message }: { message: number }) {
  const t = useText();
  const client = useClient();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const level = useView((view) => view.threads?.get(message)?.level ?? null);
  const set = async (next: ThreadLevel | null) => {
    try {
      const threads = await client.personal.threads.get();
      await threads.set({ message, following: next !== null, level: next ?? "all" });
    } catch (error) {
      notify(wordsFor(error, t));
    }
  };
  const items: MenuItem[] = [
    ...levels.map((each) => ({
      label: t(`thread.level.${each}`),
      icon: each === level ? Check : icons[each],
      act: () => void set(each),
    })),
    { label: t("thread.unfollow"), icon: EyeOff, act: () => void set(null) },
  ];
  if (level === null) {
    return <IconButton label={t("thread.follow")} icon={Bell} onClick={() => void set("all")} />;
  }
  return (
    <>
      <IconButton
        ref={button}
        label={t("thread.following", { level: t(`thread.level.${level}`) })}
        icon={icons[level]}
        className="text-accent"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(true)}
      />
      {isOpen && button.current && (
        <Menu
          label={t("thread.notify")}
          items={items}
          place={{ element: button.current }}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}
