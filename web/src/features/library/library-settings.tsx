import { limits } from "@parley/protocol/limits";
import { apiBase } from "@parley/protocol/routes";
import type { Pack } from "@parley/protocol/stickers";
import { ImageUp, Pencil, Plus, Trash2 } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { libraryTypes, pictureLimit } from "./pictures.ts";

/** What is asked before something is done: a name, perhaps a picture, or nothing but whether it is meant. */
interface Asked {
  title: string;
  action: string;
  /** The name to begin with; left out where none is asked for. */
  name?: string;
  /** What a name may hold. */
  pattern?: RegExp;
  hint?: string;
  most?: number;
  isPicture?: boolean;
  text?: string;
  act: (name: string, picture: Blob | undefined) => Promise<unknown>;
}

/** EMOJI-11, STICKER-6. The server's own emoji and stickers, for its admins. */
export function LibrarySettings() {
  const t = useText();
  const client = useClient();
  const isAdmin = useView(({ session }) => session.status === "signed_in" && session.user.role === "admin");
  const library = useView((view) => view.library);
  const [asked, setAsked] = useState<Asked | null>(null);
  useEffect(() => {
    client.personal.library.get().then(
      (known) => known.want(),
      () => undefined,
    );
  }, [client]);
  if (!isAdmin) return <p className="text-sm text-soft">{t("library.adminsOnly")}</p>;
  const emojiName = { pattern: /^[a-z0-9_-]{2,32}$/, hint: t("library.emojiHint"), most: 32 };
  const addEmoji: Asked = {
    ...{ title: t("library.addEmoji"), action: t("library.add"), name: "", isPicture: true, ...emojiName },
    act: (name, body) => client.call("emoji.add", { name }, body && { body }),
  };
  const addPack: Asked = {
    ...{ title: t("library.addPack"), action: t("library.add"), name: "", most: limits.packName },
    act: (name) => client.call("pack.create", { name }),
  };
  const emoji = [...(library?.emoji ?? [])];
  return (
    <div className="flex flex-col gap-8">
      <Group title={t("library.emoji")} action={t("library.addEmoji")} onAct={() => setAsked(addEmoji)}>
        {emoji.length === 0 && <p className="text-sm text-soft">{t("library.noEmoji")}</p>}
        <ul>
          {emoji.map(([name, picture]) => (
            <Entry
              key={name}
              name={name}
              picture={picture}
              label={`:${name}:`}
              onRename={() =>
                setAsked({
                  ...{ title: t("library.rename", { name }), action: t("dialog.save"), name, ...emojiName },
                  act: (to) => client.call("emoji.rename", { name, to }),
                })
              }
              onDelete={() =>
                setAsked({
                  ...{ title: t("library.delete", { name }), action: t("library.remove") },
                  text: t("library.emojiGone", { name }),
                  act: () => client.call("emoji.delete", { name }),
                })
              }
            />
          ))}
        </ul>
      </Group>
      {library?.packs.map((pack) => (
        <PackGroup key={pack.id} pack={pack} onAsk={setAsked} />
      ))}
      <Button className="self-start" onClick={() => setAsked(addPack)}>
        <Plus aria-hidden size={17} /> {t("library.addPack")}
      </Button>
      {asked && <AskDialog asked={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

function PackGroup({ pack, onAsk }: { pack: Pack; onAsk: (asked: Asked) => void }) {
  const t = useText();
  const client = useClient();
  const { id, name, stickers } = pack;
  const add: Asked = {
    ...{ title: t("library.addSticker"), action: t("library.add"), name: "", isPicture: true },
    ...{ hint: t("library.stickerHint"), most: limits.stickerName },
    act: (called, body) => client.call("sticker.add", { pack: id, name: called }, body && { body }),
  };
  const rename: Asked = {
    ...{ title: t("library.rename", { name }), action: t("dialog.save"), name, most: limits.packName },
    act: (called) => client.call("pack.rename", { pack: id, name: called }),
  };
  const remove: Asked = {
    ...{ title: t("library.delete", { name }), action: t("library.remove"), text: t("library.packGone") },
    act: () => client.call("pack.delete", { pack: id }),
  };
  return (
    <Group title={name} action={t("library.addSticker")} onAct={() => onAsk(add)}>
      <ul>
        {stickers.map((sticker) => (
          <Entry
            key={sticker.id}
            name={sticker.name}
            picture={sticker.picture}
            label={sticker.name}
            onRename={() =>
              onAsk({
                ...{ title: t("library.rename", { name: sticker.name }), action: t("dialog.save") },
                ...{ name: sticker.name, hint: t("library.stickerHint"), most: limits.stickerName },
                act: (called) => client.call("sticker.rename", { sticker: sticker.id, name: called }),
              })
            }
            onDelete={() =>
              onAsk({
                ...{ title: t("library.delete", { name: sticker.name }), action: t("library.remove") },
                text: t("library.stickerGone"),
                act: () => client.call("sticker.delete", { sticker: sticker.id }),
              })
            }
          />
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button look="quiet" onClick={() => onAsk(rename)}>
          {t("library.renamePack")}
        </Button>
        <Button look="quiet" className="text-danger" onClick={() => onAsk(remove)}>
          {t("library.deletePack")}
        </Button>
      </div>
    </Group>
  );
}

interface GroupProps {
  title: string;
  action: string;
  onAct: () => void;
  children: ReactNode;
}

function Group({ title, action, onAct, children }: GroupProps) {
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id={heading} dir="auto" className="font-semibold">
          {title}
        </h2>
        <Button onClick={onAct}>
          <Plus aria-hidden size={17} /> {action}
        </Button>
      </div>
      {children}
    </section>
  );
}

interface EntryProps {
  name: string;
  picture: string;
  label: string;
  onRename: () => void;
  onDelete: () => void;
}

function Entry({ name, picture, label, onRename, onDelete }: EntryProps) {
  const t = useText();
  return (
    <li className="flex min-h-12 items-center gap-3 border-b">
      <img src={`${apiBase}/pictures/${picture}`} alt="" className="size-9 object-contain" />
      <span dir="auto" className="min-w-0 flex-1 truncate text-sm">
        {label}
      </span>
      <IconButton small label={t("library.rename", { name })} icon={Pencil} onClick={onRename} />
      <IconButton small label={t("library.delete", { name })} icon={Trash2} onClick={onDelete} />
    </li>
  );
}

function AskDialog({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const t = useText();
  const form = useId();
  const { title, action, name: first, pattern, hint, most, isPicture, text, act } = asked;
  const [name, setName] = useState(first ?? "");
  const [picture, setPicture] = useState<File>();
  const [fault, setFault] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const called = name.trim().replace(/\s+/g, " ");
    const isNamed = first === undefined || (pattern ? pattern.test(called) : called !== "");
    if (!isNamed) return setFault(hint ?? t("library.noName"));
    if (isPicture && !picture) return setFault(t("library.noPicture"));
    setFault(undefined);
    setError(undefined);
    setIsBusy(true);
    try {
      await act(called, picture);
      onClose();
    } catch (problem) {
      setError(problem);
      setIsBusy(false);
    }
  };
  const isDanger = first === undefined;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look={isDanger ? "danger" : "primary"} type="submit" form={form} disabled={isBusy}>
            {action}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {text && <p className="text-sm">{text}</p>}
        {isPicture && <PictureField picture={picture} onChange={setPicture} />}
        {first !== undefined && (
          <TextField
            label={t("library.name")}
            data-first-focus
            hint={hint}
            error={fault}
            maxLength={most}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <Problem error={error} />
      </form>
    </Dialog>
  );
}

interface PictureFieldProps {
  picture: File | undefined;
  onChange: (picture: File | undefined) => void;
}

function PictureField({ picture, onChange }: PictureFieldProps) {
  const t = useText();
  const field = useRef<HTMLInputElement>(null);
  const [isTooLarge, setIsTooLarge] = useState(false);
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!picture) return;
    const made = URL.createObjectURL(picture);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [picture]);
  const take = (file: File | undefined) => {
    const isFine = file !== undefined && file.size <= pictureLimit && libraryTypes.includes(file.type);
    setIsTooLarge(file !== undefined && !isFine);
    onChange(isFine ? file : undefined);
  };
  return (
    <div className="flex items-center gap-3">
      <span className="flex size-16 shrink-0 items-center justify-center rounded-lg border border-dashed p-1">
        {picture && url && <img src={url} alt="" className="max-h-full max-w-full object-contain" />}
      </span>
      <div className="flex flex-col items-start gap-1">
        <Button onClick={() => field.current?.click()}>
          <ImageUp aria-hidden size={17} /> {t("library.choose")}
        </Button>
        <p
          role={isTooLarge ? "alert" : undefined}
          className={isTooLarge ? "text-sm text-danger" : "text-sm text-soft"}
        >
          {t("library.pictureHint")}
        </p>
      </div>
      <input
        ref={field}
        type="file"
        hidden
        accept={libraryTypes.join(",")}
        aria-label={t("library.choose")}
        onChange={({ currentTarget }) => {
          take(currentTarget.files?.[0]);
          currentTarget.value = "";
        }}
      />
    </div>
  );
}
