import clsx from "clsx";
import { type ComponentProps, type ReactNode, useId } from "react";

export const inputLook =
  "w-full rounded-lg border border-edge/60 bg-raised px-3 py-2 text-base text-ink sm:text-sm " +
  "focus:border-accent focus:outline-2 focus:outline-offset-0 focus:outline-accent aria-invalid:border-danger";

interface FieldProps {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
}

export function TextField({ label, hint, error, className, ...rest }: FieldProps & ComponentProps<"input">) {
  const id = useId();
  return (
    <Labelled {...{ id, label, hint, error, className }}>
      <input
        {...rest}
        id={id}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={hint || error ? `${id}-more` : undefined}
        className={inputLook}
      />
    </Labelled>
  );
}

export function TextArea({
  label,
  hint,
  error,
  className,
  ...rest
}: FieldProps & ComponentProps<"textarea">) {
  const id = useId();
  return (
    <Labelled {...{ id, label, hint, error, className }}>
      <textarea
        {...rest}
        id={id}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={hint || error ? `${id}-more` : undefined}
        className={clsx(inputLook, "min-h-20 resize-y")}
      />
    </Labelled>
  );
}

export function Select({ label, hint, error, className, ...rest }: FieldProps & ComponentProps<"select">) {
  const id = useId();
  return (
    <Labelled {...{ id, label, hint, error, className }}>
      <select {...rest} id={id} className={inputLook} />
    </Labelled>
  );
}

interface LabelledProps extends FieldProps {
  id: string;
  className?: string | undefined;
  children: ReactNode;
}

function Labelled({ id, label, hint, error, className, children }: LabelledProps) {
  return (
    <div className={clsx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {(error || hint) && (
        <p id={`${id}-more`} className={clsx("text-sm", error ? "text-danger" : "text-soft")}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

interface SwitchProps extends Omit<ComponentProps<"input">, "onChange"> {
  label: string;
  hint?: string | undefined;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, onChange, className, ...rest }: SwitchProps) {
  return (
    <label className={clsx("flex items-start justify-between gap-4 py-1", className)}>
      <span>
        <span className="text-sm">{label}</span>
        {hint && <span className="block text-sm text-soft">{hint}</span>}
      </span>
      <span className="relative mt-0.5 inline-flex shrink-0">
        <input
          {...rest}
          type="checkbox"
          role="switch"
          aria-checked={rest.checked === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
          className="peer h-6 w-10 cursor-pointer appearance-none rounded-full border border-edge bg-side checked:border-accent checked:bg-accent"
        />
        <span className="pointer-events-none absolute start-1 top-1 size-4 rounded-full bg-edge transition-transform peer-checked:translate-x-4 peer-checked:bg-on-accent rtl:peer-checked:-translate-x-4" />
      </span>
    </label>
  );
}
