import type { Fetch } from '@hawser/egress';
import type { StandardSchemaV1Sync } from '@modelcontextprotocol/client';
import { maxDocumentBytes } from '../limits.js';
import { outcomeOf } from './discovery-step.js';

/** A document that was read, or why it is of no use. */
export type Read<T> = { document: T } | { outcome: string };

/**
 * Reads a metadata document in JSON. Never throws for what the peer does: the package's own readers do, and end a walk
 * over several places with that, where the next place would have had the document.
 */
export async function readDocument<T>(
  url: URL,
  schema: StandardSchemaV1Sync<unknown, T>,
  fetch: Fetch,
): Promise<Read<T>> {
  try {
    const response = await fetch(url, { headers: { accept: 'application/json' } });
    if (!response.ok) {
      await response.body?.cancel();
      return { outcome: `HTTP ${response.status}` };
    }
    const text = await response.text();
    if (text.length > maxDocumentBytes) return { outcome: `longer than ${maxDocumentBytes} bytes` };
    return checked(text, schema);
  } catch (error) {
    return { outcome: outcomeOf(error) };
  }
}

function checked<T>(text: string, schema: StandardSchemaV1Sync<unknown, T>): Read<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { outcome: 'the answer is not JSON' };
  }
  const result = schema['~standard'].validate(json);
  // That of OpenID Connect drops the fields of RFC 8414, which are said in the same document.
  if (result.issues === undefined) return { document: { ...(json as object), ...result.value } };
  const [issue] = result.issues;
  const field = issue?.path?.map((key) => String(typeof key === 'object' ? key.key : key)).join('.');
  return { outcome: `${field || 'the document'} is not as it must be: ${issue?.message ?? 'invalid'}` };
}
