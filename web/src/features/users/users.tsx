import { lazily } from "../../ui/lazily.tsx";

export {
  isAbandoned,
  PersonAvatar,
  peerOf,
  personIn,
  shownName,
  usePerson,
  usePersonName,
  usePresence,
} from "./person.tsx";

export const PersonPicker = lazily(async () => (await import("./person-picker.tsx")).PersonPicker);
export const ProfileDialog = lazily(async () => (await import("./profile-dialog.tsx")).ProfileDialog);
