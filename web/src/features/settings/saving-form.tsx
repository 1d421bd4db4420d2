import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";

interface SavingFormProps {
  action: string;
  /** What was typed, by name. */
  save: (values: Record<string, string>) => Promise<unknown>;
  children: ReactNode;
}

/** A form that says whether what was typed is saved, and keeps it when it is not. */
export function SavingForm({ action, save, children }: SavingFormProps) {
  const t = useText();
  const [error, setError] = useState<unknown>();
  const [isSaved, setIsSaved] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setError(undefined);
    setIsSaved(false);
    const values = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    await save(values).then(() => setIsSaved(true), setError);
  };
  return (
    <form
      onSubmit={(event) => void submit(event)}
      onInput={() => setIsSaved(false)}
      className="flex flex-col gap-4"
    >
      {children}
      <Problem error={error} />
      <div className="flex items-center gap-3">
        <Button look="primary" type="submit">
          {action}
        </Button>
        <span role="status" className="text-sm text-good">
          {isSaved && t("settings.saved")}
        </span>
      </div>
    </form>
  );
}
