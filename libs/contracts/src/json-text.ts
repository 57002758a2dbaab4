/**
 * JSON that travels and is stored as text (`args_json`, `env_json`, …). Each check answers what is wrong with the
 * text, as the end of a sentence that begins with the field's name, or null when nothing is.
 */
const maxJsonTextBytes = 65_536;
/** Merging recurses, and 64 KiB can nest deeper than any stack. */
const maxDepth = 64;

/** RFC 9110 section 5.6.2: a header's name is a token. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110 section 5.5: visible ASCII, blanks, tabs and Latin-1, so that no value smuggles another header in. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** The connection's own (RFC 9110 sections 7.2, 7.6.1 and 8.6): whoever opens it sets them. */
const connectionHeaders = new Set(['connection', 'content-length', 'host', 'transfer-encoding', 'upgrade']);

/** What no shell or system minds as the name of an environment variable. */
const variableName = /^[^=\s\p{Cc}]+$/u;

type Check = (value: unknown) => string | null;

/** Whether PostgreSQL can keep a text as it is: it has no NUL, and UTF-8 has no half of a surrogate pair. */
export function isKeepable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function checkJsonText(text: unknown, check: Check): string | null {
  if (typeof text !== 'string') return 'must be a string that holds JSON';
  const bytes = Buffer.byteLength(text);
  if (bytes > maxJsonTextBytes) return `must be at most 64 KiB, and is ${bytes} bytes`;
  // JSON may hold any character, but these only as an escape.
  if (!isKeepable(text)) return 'must be valid JSON in Unicode';
  try {
    return check(JSON.parse(text));
  } catch {
    return 'must be valid JSON';
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// No program can be given a NUL.
const isProcessText = (value: unknown): boolean => typeof value === 'string' && !value.includes('\0');

/** `["-y", "some-package"]` */
export function argsProblem(text: unknown): string | null {
  return checkJsonText(text, (value) =>
    Array.isArray(value) && value.every(isProcessText)
      ? null
      : 'must be a JSON array of strings, such as ["-y","package"]',
  );
}

/** `{"NAME": "value"}`; null as a value deletes an inherited entry, which only a linked crew row has. */
export function envProblem(text: unknown): string | null {
  return checkJsonText(text, (value) => {
    if (!isObject(value) || !Object.values(value).every((item) => isProcessText(item) || item === null)) {
      return 'must be a JSON object of strings, such as {"NAME":"value"}';
    }
    return Object.keys(value).every((name) => variableName.test(name))
      ? null
      : 'has a variable whose name is empty or holds a blank, "=" or a control character';
  });
}

/** `{"X-Header": "value"}`, names and values as RFC 9110 has them, no name twice in another case. */
export function headersProblem(text: unknown): string | null {
  return checkJsonText(text, (value) => {
    if (!isObject(value)) return 'must be a JSON object of strings, such as {"X-Header":"value"}';
    const seen = new Set<string>();
    for (const [name, content] of Object.entries(value)) {
      // The name is not repeated: people paste a whole header, secret and all, in its place.
      if (!headerName.test(name)) return 'has a name that is not a valid header name';
      if (connectionHeaders.has(name.toLowerCase())) return `has "${name}", which belongs to the connection`;
      if (seen.has(name.toLowerCase())) return `has the header "${name}" twice (names compare without case)`;
      seen.add(name.toLowerCase());
      if (content === null) continue;
      if (typeof content !== 'string' || !headerValue.test(content)) {
        return `has a value for "${name}" that is not a string of printable characters`;
      }
    }
    return null;
  });
}

export function configProblem(text: unknown): string | null {
  return checkJsonText(text, (value) => {
    if (!isObject(value)) return 'must be a JSON object';
    if (isDeeper(value, maxDepth)) return `must be nested at most ${maxDepth} levels deep`;
    const number = lossyNumber(text as string);
    return number === undefined
      ? null
      : `must hold no number that a double cannot keep, such as ${number}: write it as a string`;
  });
}

/** A number that would come out of the merge as another one: beyond a double's range, or digits beyond 2^53. */
function lossyNumber(text: string): string | undefined {
  let found: string | undefined;
  // The source text of a value: https://tc39.es/proposal-json-parse-with-source/
  const look = (_name: string, value: unknown, { source = '' }: { source?: string } = {}): unknown => {
    if (typeof value !== 'number') return value;
    const digits = /^-?\d+$/.test(source);
    if (!Number.isFinite(value) || (digits && !Number.isSafeInteger(value))) found ??= source;
    return value;
  };
  JSON.parse(text, look);
  return found;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

/** Whether an env or headers text deletes something (has a null), which needs something to inherit from. */
export function deletesEntries(text: string | null): boolean {
  return text !== null && Object.values(JSON.parse(text) as object).includes(null);
}
