import { limits } from "@parley/protocol/limits";
import type { Permissions } from "@parley/protocol/rooms";
import type { RoomState } from "@parley/protocol/state";
import { Archive, ArchiveRestore, LogOut, Pencil, Trash2, X } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { isAtLeast } from "../../client/ranks.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select, Switch, TextArea, TextField } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { peerOf, usePerson } from "../users/users.tsx";
import { AutoDeleteChoice } from "./auto-delete-choice.tsx";
import { RoomAvatar, useRoomName } from "./room.tsx";

export interface RoomDetailsProps {
  held: RoomState;
  onClose: () => void;
  /** The list of people and the choice of notifications, which are other features'. */
  members: ReactNode;
  notifications: ReactNode;
  onProfile: (user: number) => void;
}

/** What there is to know of a room, and what the caller may do with it. */
export function RoomDetails({ held, onClose, members, notifications, onProfile }: RoomDetailsProps) {
  const t = useText();
  const { room } = held;
  const me = useView(({ state }) => state.user);
  const peer = peerOf(held, me);
  const name = useRoomName(held);
  const [open, setOpen] = useState<"edit" | "leave" | "delete" | null>(null);
  const [error, setError] = useState<unknown>();
  const client = useClient();
  const mayEdit = room.kind !== "direct" && isAtLeast(room.role, room.permissions.change_info);
  const attempt = async (what: Promise<unknown>) => {
    setError(undefined);
    await what.then(() => setOpen(null), setError);
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-14 shrink-0 items-center justify-between border-b ps-4 pe-2">
        <h2 className="font-semibold">{t("rooms.details")}</h2>
        <IconButton label={t("rooms.closeDetails")} icon={X} onClick={onClose} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        <div className="flex flex-col items-center gap-2 pb-4 text-center">
          <RoomAvatar held={held} size="huge" />
          <p dir="auto" className="text-lg font-semibold break-words">
            {name}
          </p>
          {peer === null ? (
            <p className="text-sm text-soft">{t(sortOf(held))}</p>
          ) : (
            <PeerLines user={peer} onProfile={onProfile} />
          )}
          {room.topic && (
            <p dir="auto" className="text-sm break-words">
              {room.topic}
            </p>
          )}
        </div>
        <Problem error={error} />
        {room.kind !== "direct" && members}
        {room.role !== null && notifications}
        <AutoDeleteChoice room={room} />
        {room.kind !== "direct" && (
          <div className="mt-4 flex flex-col items-start gap-1 border-t pt-4">
            {mayEdit && (
              <Button look="quiet" onClick={() => setOpen("edit")}>
                <Pencil aria-hidden size={17} /> {t("rooms.edit")}
              </Button>
            )}
            {room.role === "owner" && (
              <Button
                look="quiet"
                onClick={() =>
                  void attempt(client.call("room.archive", { room: room.id, archived: !room.archived }))
                }
              >
                {room.archived ? <ArchiveRestore aria-hidden size={17} /> : <Archive aria-hidden size={17} />}
                {t(room.archived ? "rooms.unarchive" : "rooms.archive")}
              </Button>
            )}
            <Button look="quiet" onClick={() => setOpen("leave")}>
              <LogOut aria-hidden size={17} /> {t("rooms.leave")}
            </Button>
            {room.role === "owner" && (
              <Button look="quiet" className="text-danger" onClick={() => setOpen("delete")}>
                <Trash2 aria-hidden size={17} /> {t("rooms.delete")}
              </Button>
            )}
          </div>
        )}
      </div>
      {open === "edit" && <EditRoomDialog held={held} onClose={() => setOpen(null)} />}
      {(open === "leave" || open === "delete") && (
        <Dialog
          title={t(`rooms.${open}`)}
          onClose={() => setOpen(null)}
          actions={
            <>
              <Button onClick={() => setOpen(null)}>{t("dialog.cancel")}</Button>
              <Button
                look="danger"
                onClick={() => void attempt(client.call(`room.${open}`, { room: room.id }))}
              >
                {t(`rooms.${open}`)}
              </Button>
            </>
          }
        >
          <p className="text-sm">{t(`rooms.${open}Sure`, { name })}</p>
          <Problem error={error} />
        </Dialog>
      )}
    </div>
  );
}

function sortOf({ room }: RoomState) {
  if (room.kind !== "channel") return "rooms.kind.group";
  return room.public ? "rooms.kind.public" : "rooms.kind.private";
}

function PeerLines({ user, onProfile }: { user: number; onProfile: (user: number) => void }) {
  const t = useText();
  const person = usePerson(user);
  return (
    <>
      {!person?.deleted && <p className="text-sm text-soft">@{person?.username ?? ""}</p>}
      <Button look="quiet" onClick={() => onProfile(user)}>
        {t("people.profile")}
      </Button>
    </>
  );
}

const permissionNames = [
  "send_messages",
  "add_members",
  "mention_all",
  "pin_messages",
  "change_info",
] as const;
const roles = ["member", "admin", "owner"] as const;

function EditRoomDialog({ held, onClose }: { held: RoomState; onClose: () => void }) {
  const t = useText();
  const client = useClient();
  const form = useId();
  const { room } = held;
  const [isPublic, setIsPublic] = useState(room.public);
  const [error, setError] = useState<unknown>();
  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const wanted = Object.fromEntries(permissionNames.map((name) => [name, fields.get(name)])) as Permissions;
    const isOwner = room.role === "owner";
    await client
      .call("room.update", {
        room: room.id,
        name: String(fields.get("name")),
        topic: String(fields.get("topic")),
        ...(isOwner && { permissions: wanted }),
        ...(isOwner && room.kind === "channel" && { public: isPublic }),
      })
      .then(onClose, setError);
  };
  return (
    <Dialog
      title={t("rooms.edit")}
      onClose={onClose}
      wide
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" type="submit" form={form}>
            {t("dialog.save")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
        <TextField
          label={t("rooms.name")}
          name="name"
          required
          maxLength={limits.roomName}
          defaultValue={room.name}
        />
        <TextArea
          label={t("rooms.topic")}
          name="topic"
          maxLength={limits.roomTopic}
          defaultValue={room.topic}
        />
        {room.role === "owner" && room.kind === "channel" && (
          <Switch
            label={t("rooms.kind.public")}
            hint={t("rooms.kindHint.public")}
            checked={isPublic}
            onChange={setIsPublic}
          />
        )}
        {room.role === "owner" && (
          <fieldset className="grid gap-3 sm:grid-cols-2">
            <legend className="mb-2 text-sm font-semibold">{t("rooms.permissions")}</legend>
            {permissionNames.map((name) => (
              <Select
                key={name}
                label={t(`rooms.may.${name}`)}
                name={name}
                defaultValue={room.permissions[name]}
              >
                {roles.map((role) => (
                  <option key={role} value={role}>
                    {t(`rooms.from.${role}`)}
                  </option>
                ))}
              </Select>
            ))}
          </fieldset>
        )}
        <Problem error={error} />
      </form>
    </Dialog>
  );
}
