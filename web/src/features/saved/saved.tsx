export { SavedPanel } from "./saved-panel.tsx";
