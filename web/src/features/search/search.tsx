import { lazily } from "../../ui/lazily.tsx";

export const SearchPanel = lazily(async () => (await import("./search-panel.tsx")).SearchPanel);
