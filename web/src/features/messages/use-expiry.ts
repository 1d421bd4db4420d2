import type { Message } from "@parley/protocol/messages";
import { useCallback, useState } from "react";

/** EXPIRE-6. Whether the time of a message is over: then its text is shown no more, whether or not the server has said so. */
export function useExpiry({ expires_at }: Message): { isOver: boolean; end: () => void } {
  const [, setEnds] = useState(0);
  const end = useCallback(() => setEnds((ends) => ends + 1), []);
  return { isOver: expires_at !== undefined && Date.parse(expires_at) <= Date.now(), end };
}
