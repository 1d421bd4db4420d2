import { X } from "lucide-react";
import { Button, IconButton } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";
import type { Sought } from "./use-places.ts";

interface PlaceNoticeProps {
  sought: Sought | null;
  onRetry: (message: number) => void;
  onNewest: () => void;
  onClose: () => void;
}

/** Says that a message is looked for, or cannot be shown, and leads back to the newest. */
export function PlaceNotice({ sought, onRetry, onNewest, onClose }: PlaceNoticeProps) {
  const t = useText();
  const back = () => {
    onClose();
    onNewest();
  };
  return (
    <div role="status" className="shrink-0 empty:hidden">
      {sought && (
        <div className="flex flex-wrap items-center gap-x-2 border-b bg-note ps-4 pe-2 text-sm">
          <p className="min-w-0 flex-1 basis-48 py-2">{sought.problem ?? t("place.looking")}</p>
          {sought.problem !== null && (
            <span className="ms-auto flex items-center">
              {sought.mayRetry && (
                <Button look="quiet" onClick={() => onRetry(sought.message)}>
                  {t("place.again")}
                </Button>
              )}
              <Button look="quiet" onClick={back}>
                {t("place.newest")}
              </Button>
              <IconButton small label={t("dialog.close")} icon={X} onClick={onClose} />
            </span>
          )}
        </div>
      )}
    </div>
  );
}
