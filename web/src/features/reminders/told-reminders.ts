/** What this device has told of, by `nameOf`: of all tabs, so that each is told once. */
const key = "parley.reminded";
/** More than a person has at once. */
const most = 200;

export function toldBefore(): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(key) ?? "[]") as string[]);
  } catch {
    return new Set();
  }
}

export function noteTold(name: string): void {
  const names = [...toldBefore(), name].slice(-most);
  try {
    localStorage.setItem(key, JSON.stringify(names));
  } catch {
    // Without room for it the person is told once more, which does no harm.
  }
}
