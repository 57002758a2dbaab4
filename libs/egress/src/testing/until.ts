const giveUpAfterMs = 10_000;

/** Looks until it holds. */
export async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + giveUpAfterMs;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error(`it did not come to that within ${giveUpAfterMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
