import { lazily } from "../../ui/lazily.tsx";

export type { ServerInfo } from "./entrance-forms.tsx";

export const ClaimForm = lazily(async () => (await import("./entrance-forms.tsx")).ClaimForm);
export const OwnPasswordForm = lazily(async () => (await import("./entrance-forms.tsx")).OwnPasswordForm);
export const RegisterForm = lazily(async () => (await import("./entrance-forms.tsx")).RegisterForm);
export const SignInForm = lazily(async () => (await import("./entrance-forms.tsx")).SignInForm);
