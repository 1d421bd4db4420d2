import { limits } from "@parley/protocol/limits";
import { Plus, X } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Held } from "../../client/outbox-storage.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { duration } from "../../ui/coming-times.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { inputLook, Select, Switch, TextField } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";

/** Seconds after which a poll may close by itself. */
const spans = [3_600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400] as const;

interface Option {
  key: number;
  text: string;
}

/** Asks for a question and its options. */
export function PollDialog({ onSend, onClose }: { onSend: (held: Held) => void; onClose: () => void }) {
  const t = useText();
  const form = useId();
  const [question, setQuestion] = useState("");
  const [options, setOptions] = useState<Option[]>([
    { key: 1, text: "" },
    { key: 2, text: "" },
  ]);
  const [several, setSeveral] = useState(false);
  const [anonymous, setAnonymous] = useState(false);
  const [span, setSpan] = useState(0);
  const [isTried, setIsTried] = useState(false);
  const texts = options.map(({ text }) => text.trim()).filter((text) => text !== "");
  const isTwice = new Set(texts).size < texts.length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (question.trim() === "" || texts.length < limits.pollOptionsMin || isTwice) return;
    const poll = { question: question.trim(), options: texts, several, anonymous };
    onSend({ poll: { ...poll, ...(span > 0 && { close_after: span }) } });
  };
  return (
    <Dialog
      title={t("poll.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" type="submit" form={form}>
            {t("poll.send")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t("poll.question")}
          dir="auto"
          data-first-focus
          maxLength={limits.pollQuestion}
          value={question}
          onChange={(event) => setQuestion(event.currentTarget.value)}
          error={isTried && question.trim() === "" ? t("poll.noQuestion") : undefined}
        />
        <Options
          options={options}
          onChange={setOptions}
          error={isTried ? problemOf(texts.length, isTwice) : undefined}
        />
        <div className="flex flex-col gap-1">
          <Switch label={t("poll.several")} checked={several} onChange={setSeveral} />
          <Switch
            label={t("poll.anonymous")}
            hint={t("poll.anonymousHint")}
            checked={anonymous}
            onChange={setAnonymous}
          />
        </div>
        <Select
          label={t("poll.closes")}
          value={span}
          onChange={(event) => setSpan(Number(event.currentTarget.value))}
        >
          <option value={0}>{t("poll.byHand")}</option>
          {spans.map((each) => (
            <option key={each} value={each}>
              {t("poll.after", { time: duration(each) })}
            </option>
          ))}
        </Select>
      </form>
    </Dialog>
  );
}

function problemOf(count: number, isTwice: boolean): "poll.tooFew" | "poll.twice" | undefined {
  if (count < limits.pollOptionsMin) return "poll.tooFew";
  return isTwice ? "poll.twice" : undefined;
}

interface OptionsProps {
  options: readonly Option[];
  onChange: (options: Option[]) => void;
  error: "poll.tooFew" | "poll.twice" | undefined;
}

function Options({ options, onChange, error }: OptionsProps) {
  const t = useText();
  const list = useRef<HTMLFieldSetElement>(null);
  /** The place that gets the focus once it is there. */
  const [wanted, setWanted] = useState<number | null>(null);
  useEffect(() => {
    if (wanted === null) return;
    list.current?.querySelectorAll("input")[wanted]?.focus();
    setWanted(null);
  }, [wanted]);
  const isFull = options.length >= limits.pollOptions;
  const add = () => {
    onChange([...options, { key: Math.max(...options.map(({ key }) => key)) + 1, text: "" }]);
    setWanted(options.length);
  };
  const pressed = (event: KeyboardEvent, place: number) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (place < options.length - 1) setWanted(place + 1);
    else if (!isFull && options[place]?.text.trim() !== "") add();
  };
  return (
    <fieldset ref={list} className="flex flex-col gap-1.5">
      <legend className="mb-1 text-sm font-medium">{t("poll.options")}</legend>
      {options.map(({ key, text }, place) => (
        <div key={key} className="flex items-center gap-1">
          <input
            dir="auto"
            aria-label={t("poll.option", { number: place + 1 })}
            placeholder={t("poll.option", { number: place + 1 })}
            maxLength={limits.pollOption}
            value={text}
            onKeyDown={(event) => pressed(event, place)}
            onChange={({ currentTarget: { value } }) => onChange(options.with(place, { key, text: value }))}
            className={inputLook}
          />
          {options.length > limits.pollOptionsMin && (
            <IconButton
              small
              label={t("poll.removeOption", { number: place + 1 })}
              icon={X}
              onClick={() => {
                onChange(options.toSpliced(place, 1));
                setWanted(Math.max(0, place - 1));
              }}
            />
          )}
        </div>
      ))}
      <p role="alert" className="text-sm text-danger empty:hidden">
        {error && t(error)}
      </p>
      {!isFull && (
        <Button look="quiet" className="self-start" onClick={add}>
          <Plus aria-hidden size={17} /> {t("poll.addOption")}
        </Button>
      )}
    </fieldset>
  );
}
