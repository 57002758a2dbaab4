const firstMs = 1_000;
const longestMs = 15_000;

/**
 * How long to wait before a process is started again.
 * @param deaths in a row, this one counted: from 1
 */
export function backoffMs(deaths: number): number {
  return Math.min(firstMs * 2 ** (deaths - 1), longestMs);
}
