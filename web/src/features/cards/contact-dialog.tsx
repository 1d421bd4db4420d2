import { limits } from "@parley/protocol/limits";
import { FileUser } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import type { Held } from "../../client/outbox-storage.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { type TextId, useText } from "../../ui/text.ts";
import { PersonPicker } from "../users/users.tsx";

interface ContactDialogProps {
  onSend: (held: Held) => void;
  onClose: () => void;
}

/** CARD-10. A person of this server by a press, or somebody else as typed or from a file. */
export function ContactDialog({ onSend, onClose }: ContactDialogProps) {
  const t = useText();
  const form = useId();
  const [isHere, setIsHere] = useState(true);
  return (
    <Dialog
      title={t("contact.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          {!isHere && (
            <Button look="primary" type="submit" form={form}>
              {t("contact.send")}
            </Button>
          )}
        </>
      }
    >
      <fieldset aria-label={t("contact.title")} className="mb-4 flex flex-wrap gap-x-5 text-sm">
        {([true, false] as const).map((here) => (
          <label key={String(here)} className="flex min-h-9 items-center gap-2 pointer-coarse:min-h-11">
            <input
              type="radio"
              name="who"
              checked={isHere === here}
              onChange={() => setIsHere(here)}
              className="size-4 accent-accent"
            />
            {t(here ? "contact.here" : "contact.elsewhere")}
          </label>
        ))}
      </fieldset>
      {isHere ? (
        <PersonPicker
          single
          label={t("contact.who")}
          chosen={[]}
          onChange={([person]) => person && onSend({ contact: { user: person.id } })}
        />
      ) : (
        <Elsewhere form={form} onSend={onSend} />
      )}
    </Dialog>
  );
}

/** What stands between commas. */
function listed(value: FormDataEntryValue | null): string[] {
  return String(value ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

type Problems = Partial<Record<"name" | "phones" | "emails" | "file", TextId>>;

function Elsewhere({ form, onSend }: { form: string; onSend: ContactDialogProps["onSend"] }) {
  const t = useText();
  const [problems, setProblems] = useState<Problems>({});
  const file = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const [name, org] = ["name", "org"].map((each) => String(fields.get(each)).trim().replace(/\s+/g, " "));
    const [phones, emails] = [listed(fields.get("phones")), listed(fields.get("emails"))];
    const isEmail = event.currentTarget.querySelector<HTMLInputElement>("[type=email]")?.validity.valid;
    const isPhone = phones.length <= limits.contactWays && phones.every(isNumber);
    const found: Problems = {
      ...(!name && { name: "contact.noName" }),
      ...(!isPhone && { phones: "contact.noPhone" }),
      ...(!(isEmail && emails.length <= limits.contactWays) && { emails: "contact.noEmail" }),
    };
    setProblems(found);
    if (!name || Object.keys(found).length > 0) return;
    onSend({
      contact: {
        name,
        ...(org && { org }),
        ...(phones.length > 0 && { phones }),
        ...(emails.length > 0 && { emails }),
      },
    });
  };
  const read = async (chosen: File | undefined) => {
    if (!chosen) return;
    const vcard = chosen.size <= limits.vcard ? await chosen.text() : "";
    if (/^BEGIN:VCARD/i.test(vcard)) onSend({ contact: { vcard } });
    else setProblems({ file: "contact.noVcard" });
  };
  const error = (field: keyof Problems) => problems[field] && t(problems[field]);
  return (
    <form id={form} noValidate onSubmit={submit} className="flex flex-col gap-3">
      <TextField
        name="name"
        dir="auto"
        label={t("contact.name")}
        maxLength={limits.contactName}
        error={error("name")}
      />
      <TextField name="org" dir="auto" label={t("contact.org")} maxLength={limits.contactName} />
      <TextField
        name="phones"
        type="tel"
        label={t("contact.phones")}
        hint={t("contact.commas")}
        error={error("phones")}
      />
      <TextField
        name="emails"
        type="email"
        multiple
        label={t("contact.emails")}
        hint={t("contact.commas")}
        error={error("emails")}
      />
      <div>
        <Button onClick={() => file.current?.click()}>
          <FileUser aria-hidden size={17} /> {t("contact.fromFile")}
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".vcf,text/vcard"
          aria-label={t("contact.fromFile")}
          onChange={({ currentTarget }) => {
            const [chosen] = currentTarget.files ?? [];
            currentTarget.value = "";
            void read(chosen);
          }}
        />
        <p role="alert" className="text-sm text-danger empty:hidden">
          {error("file")}
        </p>
      </div>
    </form>
  );
}

function isNumber(phone: string): boolean {
  return /^[+()\d][-+()\d./ ]{1,38}$/.test(phone);
}
