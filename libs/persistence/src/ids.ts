import { fromString, toUUIDBytes, typeid } from 'typeid-js';

/** The kinds of things that have ids; the id begins with it. */
export type IdPrefix =
  | 'ws'
  | 'mem'
  | 'crew'
  | 'agt'
  | 'tok'
  | 'aud'
  | 'srv'
  | 'bnd'
  | 'tool'
  | 'evt'
  | 'usr'
  | 'cred'
  | 'oas'
  | 'flow';

/** A TypeID (https://github.com/jetify-com/typeid): `srv_01h455vb4pex5vsknk084sn02q`, sortable by the time it was made. */
export function newId(prefix: IdPrefix): string {
  return typeid(prefix).toString();
}

const timestampBytes = 6;

/** When the id was made, in ms since 1970: what a UUIDv7 begins with (RFC 9562, section 5.7). */
export function madeAtMs(id: string): number {
  const bytes = toUUIDBytes(fromString(id));
  return Buffer.from(bytes).readUIntBE(0, timestampBytes);
}
