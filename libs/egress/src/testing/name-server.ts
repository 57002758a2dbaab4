import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

interface HalfAnswered {
  ipv4: string;
  /** Comes after a while, or never. */
  lateIpv6?: string;
}

/** The addresses of a name, both families; or a response code, 2 for SERVFAIL, 3 for NXDOMAIN; or what is amiss. */
export type Zone = Readonly<Record<string, readonly string[] | 2 | 3 | 'silent' | HalfAnswered>>;

const lateMs = 50;
const typeA = 1;
const typeAaaa = 28;

/** Answers for the names of `zone` on 127.0.0.1, and for no others. RFC 1035 */
export async function startNameServer(zone: Zone): Promise<{ address: string; stop(): Promise<void> }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = questionOf(query);
    const entry = zone[name.toLowerCase()] ?? 3;
    const reply = (addresses: readonly string[], code = 0): void => {
      const records = addresses.filter((each) => isIPv4(each) === (type === typeA)).map(recordOf);
      const header = Buffer.from(query.subarray(0, 12));
      header.writeUInt16BE(0x8180 | code, 2);
      header.writeUInt16BE(records.length, 6);
      // No authorities, and none of the additional records of the question (EDNS).
      header.writeUInt32BE(0, 8);
      socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), port, address);
    };
    if (entry === 'silent') return;
    if (typeof entry === 'number') return reply([], entry);
    if (!('ipv4' in entry)) return reply(entry);
    if (type === typeA) return reply([entry.ipv4]);
    const { lateIpv6 } = entry;
    if (lateIpv6 !== undefined) setTimeout(() => reply([lateIpv6]), lateMs);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    stop: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** Its name is the one of the question, by a pointer to it; it is good for no time. */
function recordOf(address: string): Buffer {
  const bytes = isIPv4(address)
    ? Buffer.from(address.split('.').map(Number))
    : Buffer.from(address.replaceAll(':', ''), 'hex');
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(bytes.length === 4 ? typeA : typeAaaa, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}
