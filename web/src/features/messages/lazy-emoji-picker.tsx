import { lazily } from "../../ui/lazily.tsx";

export const EmojiPicker = lazily(async () => (await import("./emoji-picker.tsx")).EmojiPicker);
