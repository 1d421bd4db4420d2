import { limits } from "@parley/protocol/limits";
import type { User } from "@parley/protocol/users";
import { type FormEvent, useId, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { PersonPicker } from "../users/users.tsx";

type Sort = "group" | "private" | "public";

/** Making a group or a channel, with its first people. */
export function CreateRoomDialog({
  onClose,
  onOpenRoom,
}: {
  onClose: () => void;
  onOpenRoom: (room: number) => void;
}) {
  const t = useText();
  const client = useClient();
  const form = useId();
  const [sort, setSort] = useState<Sort>("group");
  const [people, setPeople] = useState<User[]>([]);
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setIsBusy(true);
    setError(undefined);
    try {
      const { id } = await client.call("room.create", {
        kind: sort === "group" ? "group" : "channel",
        public: sort === "public",
        name: String(fields.get("name")),
        topic: String(fields.get("topic")),
        members: people.map((user) => user.id),
      });
      onClose();
      onOpenRoom(id);
    } catch (problem) {
      setError(problem);
      setIsBusy(false);
    }
  };
  return (
    <Dialog
      title={t("rooms.newRoom")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" type="submit" form={form} disabled={isBusy}>
            {t("rooms.make")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void create(event)} className="flex flex-col gap-4">
        <TextField
          label={t("rooms.name")}
          name="name"
          required
          maxLength={limits.roomName}
          autoComplete="off"
          data-first-focus
        />
        <TextField label={t("rooms.topic")} name="topic" maxLength={limits.roomTopic} autoComplete="off" />
        <Select
          label={t("rooms.kind")}
          value={sort}
          hint={t(`rooms.kindHint.${sort}`)}
          onChange={(event) => setSort(event.currentTarget.value as Sort)}
        >
          <option value="group">{t("rooms.kind.group")}</option>
          <option value="private">{t("rooms.kind.private")}</option>
          <option value="public">{t("rooms.kind.public")}</option>
        </Select>
        <PersonPicker label={t("rooms.firstPeople")} chosen={people} onChange={setPeople} />
        <Problem error={error} />
      </form>
    </Dialog>
  );
}
