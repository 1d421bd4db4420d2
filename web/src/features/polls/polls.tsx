export { PollCard } from "./poll-card.tsx";
export { PollDialog } from "./poll-dialog.tsx";
