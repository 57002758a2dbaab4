/** The codes of an error, of what it consists of, and of what caused it; the name of one that has no code. */
export function codesOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { code, name, errors = [], cause } = error as Partial<AggregateError> & { code?: unknown };
  const own = typeof code === 'string' ? code : (name ?? '');
  return [own, ...[...(errors as unknown[]), cause].flatMap(codesOf)];
}
