export { AppearanceSettings } from "./appearance-settings.tsx";
export { PasswordSettings } from "./password-settings.tsx";
export { ProfileSettings } from "./profile-settings.tsx";
export { SessionSettings } from "./session-settings.tsx";
