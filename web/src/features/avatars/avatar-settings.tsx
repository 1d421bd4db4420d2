import { ImageUp, Trash2 } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { lazily } from "../../ui/lazily.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { PersonAvatar } from "../users/users.tsx";
import { type PictureFault, pictureAmong, readPicture } from "./picture.ts";

const CropDialog = lazily(async () => (await import("./crop-dialog.tsx")).CropDialog);

/** The person's own picture: chosen, dropped or pasted, or taken away. */
export function AvatarSettings() {
  const t = useText();
  const client = useClient();
  const user = useView(({ session }) => (session.status === "signed_in" ? session.user : null));
  const field = useRef<HTMLInputElement>(null);
  const [picture, setPicture] = useState<ImageBitmap>();
  const [fault, setFault] = useState<PictureFault>();
  const [error, setError] = useState<unknown>();
  const [isOver, setIsOver] = useState(false);
  const take = async (file: File | undefined) => {
    setError(undefined);
    setFault(undefined);
    if (!file) return;
    const read = await readPicture(file);
    if (typeof read === "string") setFault(read);
    else setPicture(read);
  };
  usePasted((file) => void take(file));
  const remove = async () => {
    setFault(undefined);
    setError(undefined);
    await client.call("avatar.remove", {}).catch(setError);
  };
  const over = (is: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setIsOver(is);
  };
  if (!user) return null;
  return (
    <section
      aria-label={t("avatar.title")}
      onDragOver={over(true)}
      onDragLeave={over(false)}
      onDrop={(event) => {
        over(false)(event);
        void take(pictureAmong(event.dataTransfer.files));
      }}
      data-over={isOver || undefined}
      className="mb-6 flex flex-wrap items-center gap-4 rounded-xl border border-dashed p-4 data-over:border-accent data-over:bg-tint"
    >
      <PersonAvatar user={user.id} size="huge" />
      <div className="flex min-w-48 flex-1 flex-col items-start gap-2">
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => field.current?.click()}>
            <ImageUp aria-hidden size={18} /> {t("avatar.choose")}
          </Button>
          {user.avatar !== null && (
            <Button look="quiet" className="text-danger" onClick={() => void remove()}>
              <Trash2 aria-hidden size={17} /> {t("avatar.remove")}
            </Button>
          )}
        </div>
        <p className="text-sm text-soft">{t("avatar.hint")}</p>
        {fault && (
          <p role="alert" className="text-sm text-danger">
            {t(`avatar.fault.${fault}`)}
          </p>
        )}
        <Problem error={error} />
      </div>
      <input
        ref={field}
        type="file"
        accept="image/*"
        hidden
        aria-label={t("avatar.choose")}
        onChange={(event) => {
          void take(pictureAmong(event.currentTarget.files ?? undefined));
          // The same file may be chosen again.
          event.currentTarget.value = "";
        }}
      />
      {picture && <CropDialog picture={picture} onClose={() => setPicture(undefined)} />}
    </section>
  );
}

/** Files that are pasted anywhere on the page; a text that is pasted goes where it is pasted. */
function usePasted(take: (file: File) => void): void {
  const taking = useRef(take);
  useEffect(() => {
    taking.current = take;
  });
  useEffect(() => {
    const pasted = (event: ClipboardEvent) => {
      const file = pictureAmong(event.clipboardData?.files);
      if (!file) return;
      event.preventDefault();
      taking.current(file);
    };
    addEventListener("paste", pasted);
    return () => removeEventListener("paste", pasted);
  }, []);
}
