import { duration } from "../../ui/coming-times.ts";
import { useText } from "../../ui/text.ts";

/** For how long messages of a room stay, before what else is said of it. */
export function Keeps({ seconds }: { seconds: number }) {
  const t = useText();
  return <>{t("expiry.brief", { time: duration(seconds) })} · </>;
}
