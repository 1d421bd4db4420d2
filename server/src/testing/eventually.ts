/** Milliseconds. Only what never becomes so takes as long as this. */
const patience = 30_000;
const lookEvery = 5;

/** Waits until something is so. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  { within = patience }: { within?: number } = {},
): Promise<void> {
  const until = performance.now() + within;
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error(`this was never so: ${isSo}`);
    await Bun.sleep(lookEvery);
  }
}
