import { limits } from "@parley/protocol/limits";
import { type FormEvent, useId } from "react";
import type { UploadEntry } from "../../client/uploads-storage.ts";
import { useClient } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";

/** The name of a file that is not sent yet, and what there is to see or hear in it. */
export function UploadDialog({ entry, onClose }: { entry: UploadEntry; onClose: () => void }) {
  const t = useText();
  const client = useClient();
  const form = useId();
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const name = String(fields.get("name")).trim();
    client.uploads.describe(entry.key, {
      name: name === "" ? entry.name : name,
      alt: String(fields.get("alt")).trim(),
    });
    onClose();
  };
  return (
    <Dialog
      title={t("files.changeTitle")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" type="submit" form={form}>
            {t("dialog.save")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={save} className="flex flex-col gap-4">
        <TextField
          label={t("files.name")}
          name="name"
          dir="auto"
          defaultValue={entry.name}
          maxLength={limits.fileName}
          data-first-focus
        />
        <TextArea
          label={t("files.alt")}
          hint={t("files.altHint")}
          name="alt"
          dir="auto"
          defaultValue={entry.alt}
          maxLength={limits.fileAlt}
        />
      </form>
    </Dialog>
  );
}
