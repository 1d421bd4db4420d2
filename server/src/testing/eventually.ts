/** Milliseconds. Only what never becomes so takes as long as this. */
const patience = 30_000;
const lookEvery = 5;

/** Waits until something is so. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + patience;
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error(`this was never so: ${isSo}`);
    await Bun.sleep(lookEvery);
  }
}
