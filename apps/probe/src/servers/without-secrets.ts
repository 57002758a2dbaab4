/** Shorter ones are found everywhere, and are no secrets. */
const shortestSecret = 4;
/** In place of a secret that a server has sent back. */
const struck = '[REDACTED]';

/**
 * A copy of what a server told, in which none of `secrets` is repeated: neither in texts nor in the names of fields. The
 * server knows them from us; whoever reads what it told need not.
 */
export function withoutSecrets<T>(told: T, secrets: readonly string[]): T {
  // The longest first, so that none is left over in part of another.
  const found = secrets.filter(({ length }) => length >= shortestSecret).sort((a, b) => b.length - a.length);
  return found.length === 0 ? told : (copied(told, found) as T);
}

function copied(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return strike(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copied(item, secrets));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [strike(name, secrets), copied(item, secrets)]),
  );
}

function strike(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, () => struck), text);
}
