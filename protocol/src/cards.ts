import { z } from "zod";
import { id, name, text } from "./fields.ts";
import { limits } from "./limits.ts";

/** A place on the earth, WGS 84 as a `geo` URI has it (RFC 5870). */
export const location = z.object({
  /** Degrees, the north positive. */
  latitude: z.number().min(-90).max(90),
  /** Degrees, the east positive. */
  longitude: z.number().min(-180).max(180),
  /** How far off it may be, in metres. */
  accuracy: z.number().min(0).max(limits.locationAccuracy).optional(),
  /** What is there. */
  label: z.string().optional(),
});
export type Location = z.infer<typeof location>;

export const newLocation = z.strictObject({
  latitude: location.shape.latitude,
  longitude: location.shape.longitude,
  accuracy: location.shape.accuracy,
  label: name(limits.locationLabel).optional(),
});
export type NewLocation = z.output<typeof newLocation>;

/** How somebody is reached. A field that does not apply is left out. */
export const contact = z.object({
  /** The person of this server whose card it is: the rest is as it was when it was sent. */
  user: id.optional(),
  name: z.string(),
  org: z.string().optional(),
  phones: z.array(z.string()).optional(),
  emails: z.array(z.string()).optional(),
  /** The same as a vCard 4.0 (RFC 6350); none where it is the card of a person of this server. */
  vcard: z.string().optional(),
});
export type Contact = z.infer<typeof contact>;

export const writtenContact = z.strictObject({
  name: name(limits.contactName),
  org: name(limits.contactName).optional(),
  phones: z.array(name(limits.contactPhone)).max(limits.contactWays).optional(),
  emails: z.array(z.email().max(limits.email)).max(limits.contactWays).optional(),
});

/** Of somebody anywhere; as a vCard 3.0 or 4.0, of which the names, the phones and the addresses are kept; or of a person of this server. */
export const newContact = z.union([
  writtenContact,
  z.strictObject({ vcard: text(1, limits.vcard) }),
  z.strictObject({ user: id }),
]);
export type NewContact = z.output<typeof newContact>;
