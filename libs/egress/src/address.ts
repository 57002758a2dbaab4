import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address and the length of the prefix. */
export type Network = [Address, number];

/**
 * @param text as programs write it: `10.0.0.1`, `fd00::1`; not the other forms that browsers take (`10.1`, `0xa.1`)
 * @returns undefined for anything else, and for an address with a zone, which is one of this machine's links
 */
export function parseAddress(text: string): Address | undefined {
  return isIP(text) === 0 || text.includes('%') ? undefined : ipaddr.parse(text);
}

/** @throws Error not CIDR (RFC 4632, RFC 4291) */
export function parseNetwork(cidr: string): Network {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(cidr) ?? [];
  const parsed = parseAddress(address);
  if (parsed === undefined || Number(bits) > (parsed.kind() === 'ipv4' ? 32 : 128))
    throw new Error(`${cidr} is no network: give one such as 10.0.0.0/8 or fd00::/8`);
  return [parsed, Number(bits)];
}

export function isWithin(address: Address, [first, bits]: Network): boolean {
  return address.kind() === first.kind() && address.match(first, bits);
}

/** The IPv4 address in the last 32 bits of an IPv6 one. */
export function lastFourBytes(address: Address): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(-4));
}
