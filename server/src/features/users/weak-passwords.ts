import list from "./common-passwords.txt" with { type: "text" };

/** Words of this product and of its set-up, which a stranger tries first. */
const productWords = [
  ...[
    "parley",
    "chat",
    "chatroom",
    "chatserver",
    "message",
    "messages",
    "messenger",
    "server",
    "channel",
    "lobby",
  ],
  ...[
    "admin",
    "administrator",
    "root",
    "user",
    "login",
    "signin",
    "welcome",
    "secret",
    "password",
    "passwort",
    "default",
  ],
  ...[
    "changeme",
    "changeit",
    "letmein",
    "test",
    "testing",
    "guest",
    "demo",
    "example",
    "sample",
    "temp",
    "temporary",
  ],
];
/** Sample passwords of the systems whose interfaces this server offers, and of their manuals. */
const published = [
  "admin123",
  "admin1234",
  "securepassword123",
  "password123",
  "testpass123",
  "secret123",
  "changeme123",
];

const alphabets = [
  "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
  "01234567890123456789",
  ...["qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn"],
  ...["1234567890qwertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp"],
];
/** Digits and signs put around a word do not hide it, unless there are more of them than this. */
const decoration = 5;
/** Shorter names are in too many good passwords. */
const shortestName = 3;
const leastVariety = 5;

let known: { passwords: Set<string>; words: Set<string> } | undefined;

/** The list is read at its first use: a start that checks no password need not wait for it. */
function common() {
  if (!known) {
    const entries = [...list.trim().split("\n"), ...published, ...productWords];
    known = {
      passwords: new Set(entries),
      words: new Set(entries.filter((each) => /^\p{L}{4,}$/u.test(each))),
    };
  }
  return known;
}

/** ACC-2. Why a password is too easy to guess; null when nothing speaks against it. `names` are its owner's. */
export function passwordFault(password: string, names: readonly string[]): string | null {
  const folded = password.normalize("NFKC").toLowerCase();
  const plain = [folded, withoutSubstitutes(folded, "l"), withoutSubstitutes(folded, "i")];
  if (plain.some(isCommon)) return "this is one of the passwords that are tried first";
  if (new Set(folded).size < leastVariety || plain.some(isRun))
    return "this repeats or counts: it is guessed at once";
  const own = names.flatMap(partsOf);
  if (plain.some((each) => own.some((name) => isMostly(each, name))))
    return "this is little more than a name";
  return null;
}

function isCommon(password: string): boolean {
  const { passwords, words } = common();
  const unit = repeatedUnit(password);
  if (passwords.has(password) || passwords.has(unit)) return true;
  return words.has(core(password)) && password.length - core(password).length <= decoration;
}

/** `abcabcabc` → `abc`. */
function repeatedUnit(text: string): string {
  const length = (text + text).indexOf(text, 1);
  return text.slice(0, length);
}

/** What is left without the digits and signs at both ends. */
function core(text: string): string {
  return text.replace(/^\P{L}+/u, "").replace(/\P{L}+$/u, "");
}

const substitutes: Record<string, string> = {
  ...{ "0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b" },
  ...{ "@": "a", $: "s", "!": "i", "€": "e", "|": "l", "+": "t" },
};

/** `p4$$w0rd` → `password`: only inside the word, for at its ends they are decoration. */
function withoutSubstitutes(text: string, one: "l" | "i"): string {
  const middle = core(text);
  const start = text.indexOf(middle);
  const plain = [...middle].map((each) => (each === "1" ? one : (substitutes[each] ?? each))).join("");
  return text.slice(0, start) + plain + text.slice(start + middle.length);
}

function isRun(text: string): boolean {
  const backwards = [...text].reverse().join("");
  return alphabets.some((alphabet) => alphabet.includes(text) || alphabet.includes(backwards));
}

function partsOf(name: string): string[] {
  const folded = name.normalize("NFKC").toLowerCase();
  const parts = [folded, folded.split("@")[0] ?? "", ...folded.split(/[^\p{L}\p{N}]+/u)];
  return [...new Set(parts)].filter((each) => each.length >= shortestName);
}

function isMostly(password: string, name: string): boolean {
  return password.includes(name) && password.replaceAll(name, "").length <= decoration;
}
