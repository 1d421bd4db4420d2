import type { Output } from "@parley/protocol/contract";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select, TextField } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";

const uses = [1, 5, 25, 100] as const;
const days = [1, 7, 30] as const;

/** Making an invite link. It is shown once: the server keeps only what it takes to know it again. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const client = useClient();
  const [made, setMade] = useState<Output<"invite.create">>();
  const [wanted, setWanted] = useState({ uses: 1, days: 7 });
  const [isCopied, setIsCopied] = useState(false);
  const [error, setError] = useState<unknown>();
  const make = () => client.call("invite.create", wanted).then(setMade, setError);
  const copy = async (link: string) => {
    await navigator.clipboard.writeText(link);
    setIsCopied(true);
  };
  return (
    <Dialog
      title={t("invite.title")}
      onClose={onClose}
      actions={
        made ? (
          <Button look="primary" onClick={() => void copy(made.link)}>
            {isCopied ? <Check aria-hidden size={17} /> : <Copy aria-hidden size={17} />}
            {t(isCopied ? "invite.copied" : "invite.copy")}
          </Button>
        ) : (
          <Button look="primary" onClick={() => void make()}>
            {t("invite.make")}
          </Button>
        )
      }
    >
      {made ? (
        <TextField
          readOnly
          label={t("invite.link")}
          value={made.link}
          hint={t("invite.until", { time: fullTime(made.invite.expires_at), count: made.invite.uses_left })}
          onFocus={(event) => event.currentTarget.select()}
        />
      ) : (
        <div className="flex flex-col gap-4">
          <p className="text-sm text-soft">{t("invite.text")}</p>
          <Select
            label={t("invite.uses")}
            value={wanted.uses}
            onChange={(event) => setWanted({ ...wanted, uses: Number(event.currentTarget.value) })}
          >
            {uses.map((count) => (
              <option key={count} value={count}>
                {t("invite.people", { count })}
              </option>
            ))}
          </Select>
          <Select
            label={t("invite.days")}
            value={wanted.days}
            onChange={(event) => setWanted({ ...wanted, days: Number(event.currentTarget.value) })}
          >
            {days.map((count) => (
              <option key={count} value={count}>
                {t("invite.dayCount", { count })}
              </option>
            ))}
          </Select>
        </div>
      )}
      <Problem error={error} />
    </Dialog>
  );
}
