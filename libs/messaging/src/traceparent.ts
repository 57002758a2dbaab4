import { randomBytes } from 'node:crypto';

// https://www.w3.org/TR/trace-context/#traceparent-header; later versions may append fields, ff is forbidden.
const format = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** Whether a header holds a traceparent that may be continued. */
export function isTraceparent(value: string): boolean {
  const [, trace, parent] = format.exec(value) ?? [];
  if (trace === undefined || parent === undefined) return false;
  const exact = !value.startsWith('00-') || value.length === 55;
  return exact && !/^0+$/.test(trace) && !/^0+$/.test(parent);
}

/** The traceparent for a step within `parent`: same trace and flags, new id. Starts a trace where there is none. */
export function childTraceparent(parent: string | undefined): string {
  const span = nonZeroHex(8);
  if (parent === undefined || !isTraceparent(parent)) return `00-${nonZeroHex(16)}-${span}-01`;
  const [, trace, , flags] = parent.split('-');
  return `00-${trace}-${span}-${flags}`;
}

function nonZeroHex(bytes: number): string {
  const value = randomBytes(bytes);
  // All zeros means "invalid" in the format.
  if (value.every((byte) => byte === 0)) value[0] = 1;
  return value.toString('hex');
}
