import type { Contact } from "@parley/protocol/cards";
import { Download, Mail, Phone, User } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";
import { PersonAvatar, usePerson, usePersonName } from "../users/users.tsx";

interface ContactCardProps {
  contact: Contact;
  onProfile: (user: number) => void;
}

const frame = "my-1 flex max-w-sm gap-3 rounded-xl border border-edge/40 bg-raised p-3";

/** CARD-9. How somebody is reached, to be called, written to or kept; a person of this server is shown as they are now. */
export function ContactCard({ contact, onProfile }: ContactCardProps) {
  if (contact.user !== undefined) return <MemberCard user={contact.user} onProfile={onProfile} />;
  return <VcardCard contact={contact} />;
}

function MemberCard({ user, onProfile }: { user: number; onProfile: (user: number) => void }) {
  const t = useText();
  const name = usePersonName(user);
  const person = usePerson(user);
  return (
    <section aria-label={t("contact.card", { name })} className={`${frame} items-center`}>
      <PersonAvatar user={user} />
      <div className="min-w-0 flex-1">
        <p dir="auto" className="truncate font-semibold">
          {name}
        </p>
        {person && !person.deleted && <p className="truncate text-xs text-soft">@{person.username}</p>}
      </div>
      <Button onClick={() => onProfile(user)}>{t("contact.profile")}</Button>
    </section>
  );
}

function VcardCard({ contact: { name, org, phones = [], emails = [], vcard } }: { contact: Contact }) {
  const t = useText();
  return (
    <section aria-label={t("contact.card", { name })} className={frame}>
      <span className="flex size-9 shrink-0 items-center justify-center rounded-full bg-tint text-accent">
        <User aria-hidden size={19} />
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-1 text-sm">
        <p dir="auto" className="font-semibold break-words">
          {name}
        </p>
        {org && (
          <p dir="auto" className="break-words text-soft">
            {org}
          </p>
        )}
        {phones.map((phone, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the numbers of a card never change.
          <Way key={place} icon={Phone} href={`tel:${phone.replace(/[^+\d]/g, "")}`} text={phone} />
        ))}
        {emails.map((email, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the addresses of a card never change.
          <Way key={place} icon={Mail} href={`mailto:${encodeURIComponent(email)}`} text={email} />
        ))}
        {vcard && (
          <Button look="quiet" className="-ms-4 self-start" onClick={() => save(name, vcard)}>
            <Download aria-hidden size={17} /> {t("contact.save")}
          </Button>
        )}
      </div>
    </section>
  );
}

function Way({ icon: Icon, href, text }: { icon: typeof Phone; href: string; text: string }) {
  return (
    <a
      href={href}
      className="flex min-h-6 items-center gap-2 text-accent hover:underline pointer-coarse:min-h-11"
    >
      <Icon aria-hidden size={15} className="shrink-0" />
      <bdi className="min-w-0 break-all">{text}</bdi>
    </a>
  );
}

/** Under a name that every system takes. */
function save(name: string, vcard: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([vcard], { type: "text/vcard" }));
  link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, " ").trim() || "contact"}.vcf`;
  link.click();
  // Once the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
