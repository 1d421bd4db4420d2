import { limits } from "@parley/protocol/limits";
import type { Member, MemberRole, Room } from "@parley/protocol/rooms";
import type { User } from "@parley/protocol/users";
import { MoreHorizontal, UserPlus } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { isAtLeast, rankOf } from "../../client/ranks.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { inputLook } from "../../ui/field.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { PersonAvatar, PersonPicker, usePersonName } from "../users/users.tsx";

/** More people than this are searched rather than looked through. */
const searchFrom = 12;

interface MembersProps {
  room: Room;
  /** The caller's role in the room. */
  own: MemberRole | null;
  onProfile: (user: number) => void;
}

/** The people of a room, a page at a time, and what the caller may do with each. */
export function MemberList({ room, own, onProfile }: MembersProps) {
  const t = useText();
  const [search, setSearch] = useState("");
  const { members, next, more, error, act } = useMembers(room, search.trim());
  const [isAdding, setIsAdding] = useState(false);
  const mayAdd = room.kind !== "direct" && isAtLeast(own, room.permissions.add_members) && !room.archived;
  return (
    <section aria-label={t("members.title")} className="flex flex-col gap-1">
      <div className="flex items-center justify-between">
        <h3 className="text-sm font-semibold">{t("rooms.people", { count: room.member_count })}</h3>
        {mayAdd && <IconButton label={t("members.add")} icon={UserPlus} onClick={() => setIsAdding(true)} />}
      </div>
      {room.member_count > searchFrom && (
        <input
          type="search"
          aria-label={t("people.search")}
          placeholder={t("people.search")}
          maxLength={limits.searchText}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          className={inputLook}
        />
      )}
      <Problem error={error} />
      <p role="status" className="px-1 text-sm text-soft empty:hidden">
        {search.trim() !== "" && members.length === 0 && t("people.none")}
      </p>
      <ul>
        {members.map((member) => (
          <MemberRow key={member.user} {...{ member, room, own, act, onProfile }} />
        ))}
      </ul>
      {next && (
        <Button look="quiet" onClick={() => void more()}>
          {t("list.more")}
        </Button>
      )}
      {isAdding && (
        <AddPeopleDialog
          known={new Set(members.map(({ user }) => user))}
          onClose={() => setIsAdding(false)}
          onAdd={(people) =>
            act(async (client) => {
              for (const { id } of people) await client.call("member.add", { room: room.id, user: id });
            })
          }
        />
      )}
    </section>
  );
}

type Act = (what: (client: ReturnType<typeof useClient>) => Promise<unknown>) => Promise<void>;

function useMembers(room: Room, search: string) {
  const client = useClient();
  const [members, setMembers] = useState<Member[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<unknown>();
  const wanted = useRef(search);
  wanted.current = search;
  const load = useCallback(
    async (cursor?: string) => {
      try {
        const page = await client.call("member.list", {
          room: room.id,
          limit: 100,
          ...(search && { search }),
          ...(cursor && { cursor }),
        });
        // Answers may come in another order than they were asked for.
        if (wanted.current !== search) return;
        setMembers((before) => (cursor ? [...before, ...page.members] : page.members));
        setNext(page.next);
      } catch (problem) {
        setError(problem);
      }
    },
    [client, room.id, search],
  );
  // Read anew whenever somebody came or went.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number of people is what says so.
  useEffect(() => void load(), [load, room.member_count]);
  const act: Act = async (what) => {
    setError(undefined);
    try {
      await what(client);
      await load();
    } catch (problem) {
      setError(problem);
    }
  };
  return { members, next, error, act, more: () => load(next ?? undefined) };
}

interface MemberRowProps extends MembersProps {
  member: Member;
  act: Act;
}

function MemberRow({ member, room, own, act, onProfile }: MemberRowProps) {
  const t = useText();
  const me = useView(({ state }) => state.user);
  const name = usePersonName(member.user);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const target = { room: room.id, user: member.user };
  const setRole = (role: MemberRole) => () =>
    void act((client) => client.call("member.set_role", { ...target, role }));
  const mayAct =
    room.kind !== "direct" && (own === "owner" || rankOf(own) > rankOf(member.role)) && rankOf(own) >= 1;
  const items: MenuItem[] = [
    { label: t("people.profile"), act: () => onProfile(member.user) },
    ...(mayAct
      ? (["member", "admin", "owner"] as const)
          .filter((role) => role !== member.role && rankOf(role) <= rankOf(own))
          .map((role) => ({ label: t(`members.make.${role}`), act: setRole(role) }))
      : []),
    ...(mayAct && member.user !== me
      ? [
          {
            label: t("members.remove"),
            danger: true,
            act: () => void act((client) => client.call("member.remove", target)),
          },
        ]
      : []),
  ];
  return (
    <li className="flex items-center gap-3 rounded-lg px-1 py-1 hover:bg-hover">
      <button
        type="button"
        onClick={() => onProfile(member.user)}
        className="flex min-w-0 flex-1 items-center gap-3 rounded-lg text-start"
      >
        <PersonAvatar user={member.user} presence />
        <span dir="auto" className="min-w-0 flex-1 truncate text-sm">
          {name}
          {member.user === me && <span className="text-soft"> ({t("people.you")})</span>}
        </span>
        {member.role !== "member" && (
          <span className="text-xs text-soft">{t(`members.role.${member.role}`)}</span>
        )}
      </button>
      <IconButton
        ref={button}
        small
        label={t("members.actions", { name })}
        icon={MoreHorizontal}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(true)}
      />
      {isOpen && button.current && (
        <Menu
          label={name}
          items={items}
          place={{ element: button.current }}
          onClose={() => setIsOpen(false)}
        />
      )}
    </li>
  );
}

interface AddPeopleProps {
  known: ReadonlySet<number>;
  onAdd: (people: User[]) => Promise<void>;
  onClose: () => void;
}

function AddPeopleDialog({ known, onAdd, onClose }: AddPeopleProps) {
  const t = useText();
  const [people, setPeople] = useState<User[]>([]);
  const add = async () => {
    await onAdd(people);
    onClose();
  };
  return (
    <Dialog
      title={t("members.add")}
      onClose={onClose}
      actions={
        <Button look="primary" disabled={people.length === 0} onClick={() => void add()}>
          {t("members.addChosen", { count: people.length })}
        </Button>
      }
    >
      <PersonPicker label={t("people.who")} chosen={people} onChange={setPeople} without={known} />
    </Dialog>
  );
}
