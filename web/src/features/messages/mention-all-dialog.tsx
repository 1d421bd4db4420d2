import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { useText } from "../../ui/text.ts";

interface MentionAllDialogProps {
  /** People who would be told. */
  count: number;
  onSend: () => void;
  onClose: () => void;
}

/** Many are called only by somebody who means it. */
export function MentionAllDialog({ count, onSend, onClose }: MentionAllDialogProps) {
  const t = useText();
  const send = () => {
    onClose();
    onSend();
  };
  return (
    <Dialog
      title={t("compose.allTitle")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" data-first-focus onClick={send}>
            {t("compose.allSend", { count })}
          </Button>
        </>
      }
    >
      <p className="text-sm">{t("compose.allSure")}</p>
    </Dialog>
  );
}
