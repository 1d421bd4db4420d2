export { NotificationChoice } from "./notification-choice.tsx";
export { isMuted } from "./notifications-rules.ts";
