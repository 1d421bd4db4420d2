import { limits } from "@parley/protocol/limits";

/** What the server takes: the list stands in the contract, which a page does not load. */
export const libraryTypes: readonly string[] = ["image/png", "image/gif", "image/webp"];
export const pictureLimit = limits.libraryPictureBytes;
