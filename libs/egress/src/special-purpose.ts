/** A part of the address space that leads nowhere public, and why. */
export interface SpecialRange {
  /** CIDR */
  network: string;
  /** Ends the sentence "10.0.0.1 is not allowed: …". */
  what: string;
}

const range = (network: string, what: string): SpecialRange => ({ network, what });

/**
 * IPv4 addresses that are refused. Where ranges lie within each other, the narrower one comes first, so that it gives
 * the reason.
 * https://www.iana.org/assignments/iana-ipv4-special-registry: all that is not globally reachable. Beyond it: multicast,
 * the whole of 192.0.0.0/24 and of 192.88.99.0/24, and the address at which Azure's machines find their platform.
 */
export const specialIpv4: readonly SpecialRange[] = [
  range('0.0.0.0/8', 'this host on this network (RFC 791)'),
  range('10.0.0.0/8', 'private use (RFC 1918)'),
  range('100.64.0.0/10', 'shared address space of providers (RFC 6598)'),
  range('127.0.0.0/8', 'loopback (RFC 1122)'),
  range('168.63.129.16/32', "Azure's platform services"),
  range('169.254.0.0/16', 'link-local, where clouds keep their metadata (RFC 3927)'),
  range('172.16.0.0/12', 'private use (RFC 1918)'),
  range('192.0.0.0/24', 'IETF protocol assignments (RFC 6890)'),
  range('192.0.2.0/24', 'documentation (RFC 5737)'),
  range('192.88.99.0/24', 'retired 6to4 relays (RFC 7526)'),
  range('192.168.0.0/16', 'private use (RFC 1918)'),
  range('198.18.0.0/15', 'benchmarking (RFC 2544)'),
  range('198.51.100.0/24', 'documentation (RFC 5737)'),
  range('203.0.113.0/24', 'documentation (RFC 5737)'),
  range('224.0.0.0/4', 'multicast (RFC 5771)'),
  range('255.255.255.255/32', 'broadcast (RFC 919)'),
  range('240.0.0.0/4', 'reserved (RFC 1112)'),
];

/** The IPv6 addresses that are given to hosts on the internet. RFC 4291, RFC 3587 */
export const globalUnicastIpv6 = '2000::/3';

/** An IPv4 address in the last 32 bits, which a translator on the way connects to. RFC 6052 */
export const translatedIpv4 = '64:ff9b::/96';

/** Within `globalUnicastIpv6`, and refused. */
const specialWithinGlobal: readonly SpecialRange[] = [
  range('2001::/32', 'Teredo tunnels (RFC 4380)'),
  range('2001::/23', 'IETF protocol assignments (RFC 2928)'),
  range('2001:db8::/32', 'documentation (RFC 3849)'),
  range('2002::/16', '6to4 tunnels (RFC 3056)'),
  range('3fff::/20', 'documentation (RFC 9637)'),
];

/** Refused because they are elsewhere; named for the message. The last one is all the rest. */
const outsideGlobal: readonly SpecialRange[] = [
  range('::/128', 'unspecified (RFC 4291)'),
  range('::1/128', 'loopback (RFC 4291)'),
  range('::ffff:0:0/96', 'an IPv4 address in IPv6 form (RFC 4291)'),
  range('::/96', 'an IPv4 address in IPv6 form (RFC 4291)'),
  range('64:ff9b:1::/48', 'translation within a network (RFC 8215)'),
  range('100::/64', 'discard only (RFC 6666)'),
  range('5f00::/16', 'segment routing (RFC 9602)'),
  range('fc00::/7', 'unique local (RFC 4193)'),
  range('fe80::/10', 'link-local (RFC 4291)'),
  range('fec0::/10', 'site-local (RFC 3879)'),
  range('ff00::/8', 'multicast (RFC 4291)'),
];

/**
 * IPv6 addresses that are refused by name; beyond these, all that is not in `globalUnicastIpv6`.
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export const specialIpv6: readonly SpecialRange[] = [...specialWithinGlobal, ...outsideGlobal];
