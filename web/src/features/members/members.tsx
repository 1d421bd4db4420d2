import { lazily } from "../../ui/lazily.tsx";

export const MemberList = lazily(async () => (await import("./member-list.tsx")).MemberList);
