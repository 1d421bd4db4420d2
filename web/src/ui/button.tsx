import clsx from "clsx";
import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";

const looks = {
  primary: "bg-accent text-on-accent hover:brightness-110 font-medium",
  plain: "border border-edge/50 bg-raised text-ink hover:bg-hover",
  quiet: "text-accent hover:bg-hover",
  danger: "bg-danger text-on-danger hover:brightness-110 font-medium",
} as const;

export interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof looks;
}

export function Button({ look = "plain", className, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={clsx(
        "inline-flex min-h-9 items-center justify-center gap-2 rounded-lg px-4 py-1.5 text-sm",
        "transition-[background-color,filter] disabled:cursor-not-allowed disabled:opacity-60",
        looks[look],
        className,
      )}
    />
  );
}

export interface IconButtonProps extends ComponentProps<"button"> {
  /** What it does: its name for everyone who does not see the icon. */
  label: string;
  icon: LucideIcon;
  small?: boolean;
}

export function IconButton({
  label,
  icon: Icon,
  small,
  className,
  type = "button",
  ...rest
}: IconButtonProps) {
  return (
    <button
      title={label}
      aria-label={label}
      {...rest}
      type={type}
      className={clsx(
        "inline-flex shrink-0 items-center justify-center rounded-lg text-soft hover:bg-hover hover:text-ink",
        "disabled:cursor-not-allowed disabled:opacity-50 pointer-coarse:size-11",
        "aria-pressed:bg-tint aria-pressed:text-accent",
        small ? "size-7" : "size-9",
        className,
      )}
    >
      <Icon aria-hidden size={small ? 16 : 19} />
    </button>
  );
}
