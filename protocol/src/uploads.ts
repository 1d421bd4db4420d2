/*
 * The words of resumable uploads (tus 1.0.0, https://tus.io/protocols/resumable-upload): creation, also with the first
 * bytes, termination and expiration. They stand apart from the schemas so that a browser can have them without the
 * schema library.
 */

export const tusVersion = "1.0.0";
export const tusExtensions = "creation,creation-with-upload,termination,expiration";
/** The type of the body that carries bytes of an upload. */
export const tusBytes = "application/offset+octet-stream";

/** Where uploads are made; one is under its id. */
export const uploadsPath = "/uploads";
/** Where a file is read; what follows the id is the name under which it is saved, and is not looked at. */
export const filePath = "/files/{file}/{name}";

/** Hours for which an upload that no message took is kept. */
export const uploadHours = 24;
