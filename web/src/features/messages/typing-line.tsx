import { useView } from "../../client/use-client.ts";
import { listOf, useText } from "../../ui/text.ts";
import { usePersonName } from "../users/users.tsx";

const named = 3;
const nobody: readonly number[] = [];

/** Who is typing. Its room is always kept, so that nothing moves. */
export function TypingLine({ room }: { room: number }) {
  const t = useText();
  const typists = useView(({ typing }) => typing.get(room) ?? nobody);
  const [one = 0, two = 0, three = 0] = typists;
  const names = [usePersonName(one), usePersonName(two), usePersonName(three)].slice(0, typists.length);
  return (
    <p className="h-5 shrink-0 truncate px-5 text-xs leading-5 text-soft">
      {typists.length > named && t("typing.several")}
      {typists.length > 0 &&
        typists.length <= named &&
        t("typing.some", { names: listOf(names), count: typists.length })}
    </p>
  );
}
