import { maxSelfPortraitBytes } from '../limits.js';

/** What servers say about themselves is shallow; what nests deeper than any stack is an attack. */
const maxDepth = 32;
const maxQuoteLength = 200;
/** Shorter ones are found everywhere, and are no secrets. */
const shortestSecret = 4;

/** A text as everybody can keep it: no NUL, no half of a surrogate pair, cut to `maxLength` UTF-16 units. */
export function keepable(text: string, maxLength = Infinity): string {
  return text.slice(0, maxLength).replaceAll('\0', '\ufffd').toWellFormed();
}

/**
 * An object that a server tells of itself, with texts that everybody can keep. Undefined when it is larger or deeper
 * than anybody has a use for.
 */
export function selfPortrait(value: object | undefined): Record<string, unknown> | undefined {
  if (value === undefined) return undefined;
  const copy = copied(value, maxDepth);
  if (copy === undefined || Buffer.byteLength(JSON.stringify(copy)) > maxSelfPortraitBytes) return undefined;
  return copy as Record<string, unknown>;
}

/** Undefined when something in it is nested too deep. */
function copied(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return keepable(value);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return undefined;
  const entries: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const copy = copied(item, levels - 1);
    if (copy === undefined) return undefined;
    entries.push([keepable(name), copy]);
  }
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

/** What is sent to a server and must not come back in a message: credentials, header values, their parts, the query. */
export function secretsOf({
  endpoint,
  headers,
  secrets = [],
}: {
  endpoint: URL;
  headers: Record<string, string>;
  secrets?: readonly string[];
}): string[] {
  const values = [...Object.values(headers), endpoint.search.slice(1), ...endpoint.searchParams.values()];
  return [...new Set([...secrets, ...values.flatMap((value) => [value, ...value.split(/[\s=&,;]+/)])])];
}

/**
 * A server's words within a message of ours: one line, quoted and cut, in which none of `secrets` is repeated.
 * Undefined when there are none.
 */
export function quoted(text: string, secrets: readonly string[]): string | undefined {
  const line = inOneLine(text, secrets);
  return line === '' ? undefined : `"${line}"`;
}

/** The same without quotes, for words of our own in which a server has a say, such as a place that it redirects to. */
export function inOneLine(text: string, secrets: readonly string[], maxLength = maxQuoteLength): string {
  const telling = secrets.filter((secret) => secret.length >= shortestSecret);
  // The longest first, so that none is left over in part of another.
  telling.sort((a, b) => b.length - a.length);
  const redacted = telling.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
  const line = keepable(redacted.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim());
  return line.length > maxLength ? `${keepable(line, maxLength)}…` : line;
}
