import { type Msg, type MsgHdrs, MsgHdrsImpl } from '@nats-io/transport-node';
import type { BusMessage } from './bus.js';

/** Headers as the client sends them. They must have passed `checkMessage`: nothing looks at them again. */
export function toNatsHeaders(headers: Record<string, string>): MsgHdrs | undefined {
  const names = Object.keys(headers);
  if (names.length === 0) return undefined;
  const values: Record<string, string[]> = {};
  for (const name of names) values[name] = [headers[name] ?? ''];
  // Not by `set`, which checks and normalises each name as often as it is touched.
  return MsgHdrsImpl.fromRecord(values);
}

/** What has arrived. The data are a view of what was received, not a copy. */
export function fromNats(message: Msg): BusMessage {
  const headers: Record<string, string> = {};
  for (const [name, [value]] of message.headers ?? []) headers[name.toLowerCase()] = value ?? '';
  return { data: message.data, headers };
}
