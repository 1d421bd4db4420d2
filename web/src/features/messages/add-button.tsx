import { Plus } from "lucide-react";
import { useCallback, useState } from "react";
import { IconButton } from "../../ui/button.tsx";
import { lazily } from "../../ui/lazily.tsx";
import { useText } from "../../ui/text.ts";

const AddMenu = lazily(async () => (await import("./add-menu.tsx")).AddMenu);

interface AddButtonProps {
  room: number;
  /** The message that is answered. */
  answered: number | undefined;
  onSent: () => void;
}

/** Leads to what else than words and files can be sent. */
export function AddButton(props: AddButtonProps) {
  const t = useText();
  const [button, setButton] = useState<Element | null>(null);
  const close = useCallback(() => setButton(null), []);
  return (
    <>
      <IconButton
        label={t("attach.more")}
        icon={Plus}
        aria-haspopup="menu"
        aria-expanded={button !== null}
        onClick={({ currentTarget }) => setButton(currentTarget)}
      />
      {button && <AddMenu {...props} button={button} onClose={close} />}
    </>
  );
}
