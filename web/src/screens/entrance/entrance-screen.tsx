import { ChatError } from "@parley/protocol/errors";
import { type ReactNode, useEffect, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { ClaimForm, RegisterForm, type ServerInfo, SignInForm } from "../../features/sessions/sessions.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { Card } from "./card.tsx";

const retryDelay = 3_000;

/** Behind the `#`, where it never reaches a server's log. */
function codeInAddress(): string {
  return new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
}

type Entered =
  | { status: "asking" }
  | { status: "known"; info: ServerInfo }
  | { status: "failed"; error: ChatError };

/** Before there is a session: an earlier one is gone on with, else the form that fits the address and the server. */
export function EntranceScreen({ hasEnded }: { hasEnded: boolean }) {
  const t = useText();
  const client = useClient();
  const [entered, setEntered] = useState<Entered>({ status: "asking" });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isWanted = true;
    // Tries until the server answers: whoever comes while it restarts need not reload.
    const enter = async () => {
      try {
        const info = await client.call("server.info", {});
        document.title = info.name;
        // A session that the server has ended cannot be gone on with, and the word of it stays in sight.
        const resumed = isWanted && info.claimed && !hasEnded && (await client.session.resume());
        if (!resumed && isWanted) setEntered({ status: "known", info });
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        if (!isWanted) return;
        setEntered({ status: "failed", error });
        timer = setTimeout(() => void enter(), retryDelay);
      }
    };
    void enter();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [client, hasEnded]);
  if (entered.status === "asking") return <Card />;
  if (entered.status === "failed") return <Card>{<p role="status">{wordsFor(entered.error, t)}</p>}</Card>;
  return <Card>{formFor(entered.info)}</Card>;

  function formFor({ name, claimed, registration }: ServerInfo): ReactNode {
    const code = codeInAddress();
    const { pathname } = location;
    if (!claimed) {
      return pathname === "/setup" ? <ClaimForm code={code} /> : <h1>{t("claim.missing")}</h1>;
    }
    const isOpen = registration === "open";
    if (pathname === "/invite" && (code !== "" || isOpen))
      return <RegisterForm server={name} invite={code} />;
    return <SignInForm notice={hasEnded ? t("signIn.ended") : ""} isOpen={isOpen} />;
  }
}
