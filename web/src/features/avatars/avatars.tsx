export { AvatarSettings } from "./avatar-settings.tsx";
