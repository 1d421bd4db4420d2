import type { User } from "@parley/protocol/users";
import { Check, X } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { inputLook } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";
import { pictureOf } from "./person.tsx";

export interface PersonPickerProps {
  label: string;
  chosen: readonly User[];
  onChange: (chosen: User[]) => void;
  /** People who are not offered. */
  without?: ReadonlySet<number>;
  /** One press is all: for "talk to". */
  single?: boolean;
}

/** Milliseconds without a key press before the server is asked. */
const searchDelay = 150;

/** Finds people on the server by name. */
export function PersonPicker({ label, chosen, onChange, without, single }: PersonPickerProps) {
  const t = useText();
  const id = useId();
  const [search, setSearch] = useState("");
  const found = useFoundPeople(search);
  const me = useView(({ state }) => state.user);
  const ids = new Set(chosen.map((user) => user.id));
  const toggle = (user: User) =>
    onChange(ids.has(user.id) ? chosen.filter((each) => each.id !== user.id) : [...chosen, user]);
  const offered = found?.filter((user) => !without?.has(user.id) && (single || user.id !== me));
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {chosen.length > 0 && !single && (
        <ul className="flex flex-wrap gap-1.5">
          {chosen.map((user) => (
            <li key={user.id}>
              <button
                type="button"
                aria-label={t("people.unchoose", { name: user.display_name })}
                onClick={() => toggle(user)}
                className="flex min-h-7 items-center gap-1 rounded-full bg-tint ps-3 pe-2 text-sm"
              >
                {user.display_name} <X aria-hidden size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        id={id}
        type="search"
        autoComplete="off"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        placeholder={t("people.search")}
        className={inputLook}
      />
      <ul className="max-h-64 overflow-y-auto">
        {offered?.map((user) => (
          <li key={user.id}>
            <button
              type="button"
              aria-pressed={single ? undefined : ids.has(user.id)}
              onClick={() => toggle(user)}
              className="flex w-full items-center gap-3 rounded-lg px-2 py-1.5 text-start hover:bg-hover focus-visible:outline-offset-[-2px]"
            >
              <Avatar name={user.display_name} id={user.id} picture={pictureOf(user)} />
              <span className="min-w-0 flex-1">
                <span className="block truncate text-sm font-medium">{user.display_name}</span>
                <span className="block truncate text-sm text-soft">@{user.username}</span>
              </span>
              {ids.has(user.id) && <Check aria-hidden size={18} className="text-accent" />}
            </button>
          </li>
        ))}
        {offered?.length === 0 && <li className="px-2 py-3 text-sm text-soft">{t("people.none")}</li>}
      </ul>
    </div>
  );
}

/** Undefined until the first answer; earlier answers stay until the next one. */
function useFoundPeople(search: string): User[] | undefined {
  const client = useClient();
  const [found, setFound] = useState<User[]>();
  useEffect(() => {
    let isWanted = true;
    const words = search.trim();
    const timer = setTimeout(
      () =>
        client.call("user.list", { limit: 50, ...(words && { search: words }) }).then(
          ({ users }) => isWanted && setFound(users.filter(({ active }) => active)),
          () => isWanted && setFound((before) => before ?? []),
        ),
      words ? searchDelay : 0,
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [client, search]);
  return found;
}
