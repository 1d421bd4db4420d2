import { z } from "zod";
import { readUnsent } from "../../../features/files/files.ts";
import { type Progress, receiveUpload } from "../../../features/uploads/uploads.ts";
import { fileAnswer } from "../../file-routes.ts";
import { id, ids } from "../fields.ts";
import { readFormFile } from "../forms.ts";
import { type DialectRoute, route } from "../route.ts";

const field = "file";

const uploaded = z.object({
  /** For `file_id` of the one message that takes it, within a day. */
  file_id: id,
  /** Until a message takes it, for its sender, with a token. */
  url: z.string(),
  thumbnail_url: z.string().nullable(),
  name: z.string(),
  mime_type: z.string(),
  size: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** What would have to be heard or seen for it is not known here. */
  duration: z.number().nullable(),
  waveform: z.array(z.number()).nullable(),
  transcription: z.object({ status: z.string(), text: z.string() }).nullable(),
});

function toUploaded({ id: file_id, name, type, size, width, height }: Progress): z.input<typeof uploaded> {
  const url = `/chat/uploads/${file_id}`;
  const mime_type = type ?? "application/octet-stream";
  return {
    ...{ file_id, url, name, mime_type, size, width, height },
    thumbnail_url: mime_type.startsWith("image/") ? `${url}?small=1` : null,
    ...{ duration: null, waveform: null, transcription: null },
  };
}

function uploadOf(kind: string, summary: string, accepts: (type: string) => boolean): DialectRoute {
  return route({
    method: "POST",
    path: `/chat/upload/${kind}`,
    summary,
    about: "What it is, is told from its bytes and never from its name.",
    who: "user",
    file: field,
    status: 201,
    failures: [507],
    success: uploaded,
    async answer({ context, actor, request }) {
      const form = await readFormFile(request, { field, most: context.config.uploadBytes });
      return toUploaded(await receiveUpload(context, actor, { ...form, accepts }));
    },
  });
}

/** Kinds of films in which there may be sound alone: recorders of browsers make no others. */
const maySound: ReadonlySet<string> = new Set(["video/webm", "video/mp4", "video/x-matroska"]);

export const uploadRoutes = [
  uploadOf("image", "Send a picture up: PNG, JPEG, GIF, WebP, AVIF or HEIC", (type) =>
    type.startsWith("image/"),
  ),
  uploadOf(
    "audio",
    "Send a sound up: WAV, MP3, MP4, Ogg, FLAC or WebM",
    (type) => type.startsWith("audio/") || maySound.has(type),
  ),
  uploadOf("video", "Send a film up: MP4, QuickTime, WebM or Matroska", (type) => type.startsWith("video/")),
  uploadOf("file", "Send a file of any kind up", () => true),
  route({
    method: "GET",
    path: "/chat/uploads/{file_id}",
    summary: "What one has sent up and put into no message yet",
    who: "user",
    fields: ids("file_id"),
    async answer({ context, actor, request }, { path: { file_id: upload } }) {
      const isSmall = new URL(request.url).searchParams.has("small");
      return fileAnswer(await readUnsent(context, actor, { upload, isSmall }), request);
    },
  }),
];
