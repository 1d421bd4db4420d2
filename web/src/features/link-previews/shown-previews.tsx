import type { LinkPreview } from "@parley/protocol/link-previews";
import { apiBase } from "@parley/protocol/routes";
import clsx from "clsx";
import { X } from "lucide-react";
import { type MouseEvent, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { cardSize } from "./card-size.ts";

interface ShownPreviewsProps {
  message: number;
  previews: readonly LinkPreview[];
  isMine: boolean;
}

/** UI-300. Cards of the pages that a message links to; whoever wrote the message takes them off. */
export function ShownPreviews({ message, previews, isMine }: ShownPreviewsProps) {
  const t = useText();
  const client = useClient();
  const remove = (url: string, event: MouseEvent) => {
    event.currentTarget.closest<HTMLElement>("article")?.focus();
    client.call("preview.remove", { message, url }).catch((error: unknown) => notify(wordsFor(error, t)));
  };
  return (
    <ul aria-label={t("previews.list")}>
      {previews.map((preview) => (
        <li key={preview.url} className="relative my-1 max-w-lg">
          <Card preview={preview} />
          {isMine && (
            <IconButton
              label={t("previews.remove", { title: preview.title })}
              icon={X}
              small
              onClick={(event) => remove(preview.url, event)}
              className="absolute end-1 top-1 bg-raised/90! opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function Card({ preview }: { preview: LinkPreview }) {
  const { url, title, description, site } = preview;
  return (
    <div
      className={clsx(
        "flex items-stretch overflow-hidden rounded-lg border border-s-4 border-s-edge bg-raised",
        "has-[a:hover]:bg-hover has-focus-visible:border-accent",
        cardSize(preview),
      )}
    >
      <div className="min-w-0 flex-1 px-3 py-2">
        <p dir="auto" className="truncate text-xs text-soft">
          {site}
        </p>
        <a
          href={url}
          dir="auto"
          target="_blank"
          rel="noreferrer noopener nofollow"
          className="line-clamp-1 text-sm leading-6 font-semibold break-all text-accent after:absolute after:inset-0 hover:underline"
        >
          {title}
        </a>
        {description && (
          <p dir="auto" className="line-clamp-2 text-sm leading-5 break-words text-soft">
            {description}
          </p>
        )}
      </div>
      {preview.picture && <Picture picture={preview.picture} />}
    </div>
  );
}

/** Decoration: the title says what it is of. Where it does not come its room stays as it is. */
function Picture({ picture }: { picture: NonNullable<LinkPreview["picture"]> }) {
  const [isBroken, setIsBroken] = useState(false);
  const { name, width, height } = picture;
  const isWide = width >= height * 1.4;
  return (
    <span className={clsx("relative shrink-0 bg-hover", isWide ? "w-36 max-sm:w-24" : "w-26 max-sm:w-20")}>
      {!isBroken && (
        <img
          src={`${apiBase}/link-previews/${name}`}
          alt=""
          width={width}
          height={height}
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => setIsBroken(true)}
          className="absolute inset-0 size-full object-cover"
        />
      )}
    </span>
  );
}
