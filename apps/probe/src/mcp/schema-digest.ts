import { createHash } from 'node:crypto';

/** Schemas that people write nest some ten levels deep; one that nests deeper than any stack is an attack. */
const maxDepth = 256;

/**
 * SHA-256, in hexadecimal, of what a tool takes and gives: the canonical JSON of `{inputSchema, outputSchema}`, so that
 * it changes when a schema does and not when a server writes it in another order. Undefined for a schema that is
 * nested too deep.
 */
export function schemaDigest(tool: { inputSchema: unknown; outputSchema?: unknown }): string | undefined {
  const { inputSchema, outputSchema } = tool;
  const text = canonicalJson({ inputSchema, ...(outputSchema !== undefined && { outputSchema }) }, maxDepth);
  return text && createHash('sha256').update(text).digest('hex');
}

/** JSON as RFC 8785 has it: no blanks, names in code-unit order, numbers and strings as ECMAScript writes them. */
function canonicalJson(value: unknown, levels: number): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (levels === 0) return undefined;
  const parts: string[] = [];
  const isList = Array.isArray(value);
  const names = isList ? value.keys() : Object.keys(value).sort();
  for (const name of names) {
    const part = canonicalJson((value as Record<string | number, unknown>)[name], levels - 1);
    if (part === undefined) return undefined;
    parts.push(isList ? part : `${JSON.stringify(name)}:${part}`);
  }
  return isList ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}
