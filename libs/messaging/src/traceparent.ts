import { randomFillSync } from 'node:crypto';

// https://www.w3.org/TR/trace-context/#traceparent-header; later versions may append fields, ff is forbidden.
const format = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;
const version00Length = 55;

/** Whether a header holds a traceparent that may be continued. */
export function isTraceparent(value: string): boolean {
  return format.test(value) && (value.length === version00Length || !value.startsWith('00-'));
}

/** The traceparent for a step within `parent`: same trace and flags, new id. Starts a trace where there is none. */
export function childTraceparent(parent: string | undefined): string {
  const span = nonZeroHex(8);
  if (parent === undefined || !isTraceparent(parent)) return `00-${nonZeroHex(16)}-${span}-01`;
  return `00-${parent.slice(3, 35)}-${span}-${parent.slice(53, version00Length)}`;
}

// Asking the system for the bytes of each id would cost a tenth of a call.
const randomPool = Buffer.alloc(8_192);
let used = randomPool.length;

function nonZeroHex(bytes: number): string {
  if (used + bytes > randomPool.length) {
    randomFillSync(randomPool);
    used = 0;
  }
  const hex = randomPool.toString('hex', used, used + bytes);
  used += bytes;
  // All zeros means "invalid" in the format.
  return /^0+$/.test(hex) ? nonZeroHex(bytes) : hex;
}
