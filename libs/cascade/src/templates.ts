import { isObject, type Json } from './merge-patch.js';

const opening = '{{credential:';
const closing = '}}';
/** What the vault takes for a name. */
const credentialName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A text with `{{credential:NAME}}` in it, or with the beginning of one: `literals[0]`, `names[0]`, `literals[1]` and so on, one literal more. */
export interface Template {
  readonly literals: readonly string[];
  /** As they are written: they need not be names that a credential can have. */
  readonly names: readonly string[];
}

/** Null if the text has no template. Takes time in proportion to the text, whatever it holds. */
export function parseTemplate(text: string): Template | null {
  const literals: string[] = [];
  const names: string[] = [];
  let from = 0;
  for (let start = text.indexOf(opening); start >= 0; start = text.indexOf(opening, from)) {
    const end = text.indexOf(closing, start + opening.length);
    literals.push(text.slice(from, start));
    // One that is not closed is no name, whatever follows.
    names.push(end < 0 ? text.slice(start) : text.slice(start + opening.length, end));
    from = end < 0 ? text.length : end + closing.length;
  }
  return names.length === 0 ? null : { literals: [...literals, text.slice(from)], names };
}

/** Rule 9: the values put in, in one pass. They are not looked into: a value that is a template stays as it is. */
export function putIn({ literals }: Template, values: readonly string[]): string {
  return literals.map((literal, index) => literal + (values[index] ?? '')).join('');
}

export function isCredentialName(name: string): boolean {
  return credentialName.test(name);
}

/** Whether a text, or any string within a value, has a template. */
export function hasTemplate(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.includes(opening);
  if (Array.isArray(value)) return value.some(hasTemplate);
  return isObject(value) && Object.values(value).some(hasTemplate);
}

/**
 * The names of credentials in the templates of JSON text such as `env_json`, in the values at any depth: where the
 * cascade would put credentials in.
 * @throws SyntaxError if it is no JSON text
 */
export function credentialNamesIn(json: string): Set<string> {
  const names = new Set<string>();
  collectNames(JSON.parse(json) as Json, names);
  return names;
}

function collectNames(value: Json, names: Set<string>): void {
  if (typeof value === 'string') {
    for (const name of parseTemplate(value)?.names ?? []) if (isCredentialName(name)) names.add(name);
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) collectNames(member, names);
  }
}
