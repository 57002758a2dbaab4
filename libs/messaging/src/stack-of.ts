/**
 * What may be logged of an error: its stack and those of its causes. Never its other properties: the error of a
 * database carries the values of its statement, and so whatever secret was being written.
 */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${typeof error === 'string' ? error : typeof error}`;
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause)}`;
}
