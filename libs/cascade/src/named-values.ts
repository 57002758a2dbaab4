import type { Origin } from './answer.js';
import { originOf, type Layer } from './candidates.js';

/** An environment variable or a header. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
  readonly origin: Origin;
}

/**
 * Rule 2 for env and headers: the layers' objects, each a merge patch on the one before; null if no layer says
 * anything. Header names compare without case (RFC 9110, 5.1), and the last layer's spelling stays.
 */
export function mergeNamedValues(
  layers: readonly Layer[],
  field: 'env_json' | 'headers_json',
): NamedValue[] | null {
  const speaking = layers.filter((layer) => layer.row[field] !== null);
  if (speaking.length === 0) return null;

  const merged = new Map<string, NamedValue>();
  for (const layer of speaking) {
    const patch = JSON.parse(layer.row[field] ?? '{}') as Record<string, string | null>;
    const origin = originOf(layer);
    for (const [name, value] of Object.entries(patch)) {
      const key = field === 'headers_json' ? name.toLowerCase() : name;
      if (value === null) merged.delete(key);
      else merged.set(key, { name, value, origin });
    }
  }
  return [...merged.values()];
}
