/**
 * JSON that travels and is stored as text (`args_json`, `env_json`, …). Each check answers what is wrong with the
 * text, as the end of a sentence that begins with the field's name, or null when nothing is.
 */
const maxJsonTextBytes = 65_536;
/** Merging recurses, and 64 KiB can nest deeper than any stack. */
const maxDepth = 64;

/** RFC 9110 section 5.6.2: a header's name is a token. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// RFC 9110 section 5.5: no control characters in a header's value, so that no value smuggles another header in.
// eslint-disable-next-line no-control-regex
const headerValue = /^[^\u0000-\u0008\u000a-\u001f\u007f]*$/;

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

/** `["-y", "some-package"]` */
export function argsProblem(text: unknown): string | null {
  return checkJsonText(text, (value) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string')
      ? null
      : 'must be a JSON array of strings, such as ["-y","package"]',
  );
}

/** `{"NAME": "value"}`; null as a value deletes an inherited entry, which only a linked crew row has. */
export function envProblem(text: unknown): string | null {
  return checkJsonText(text, (value) =>
    isObject(value) && Object.values(value).every((item) => typeof item === 'string' || item === null)
      ? null
      : 'must be a JSON object of strings, such as {"NAME":"value"}',
  );
}

/** `{"X-Header": "value"}`, names and values as RFC 9110 has them, no name twice in another case. */
export function headersProblem(text: unknown): string | null {
  return checkJsonText(text, (value) => {
    if (!isObject(value)) return 'must be a JSON object of strings, such as {"X-Header":"value"}';
    const seen = new Set<string>();
    for (const [name, content] of Object.entries(value)) {
      if (!headerName.test(name)) return `has "${name}", which is not a valid header name`;
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
    return isDeeper(value, maxDepth) ? `must be nested at most ${maxDepth} levels deep` : null;
  });
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

/** Whether an env or headers text deletes something (has a null), which needs something to inherit from. */
export function deletesEntries(text: string | null): boolean {
  return text !== null && Object.values(JSON.parse(text) as object).includes(null);
}
