import {
  isWithin,
  lastFourBytes,
  parseAddress,
  parseNetwork,
  type Address,
  type Network,
} from './address.js';
import { EgressError } from './errors.js';
import { closedName, isLocalhost } from './names.js';
import { globalUnicastIpv6, specialIpv4, specialIpv6, translatedIpv4 } from './special-purpose.js';

const special = [...specialIpv4, ...specialIpv6].map(({ network, what }) => ({
  network: parseNetwork(network),
  what,
}));
const globalUnicast = parseNetwork(globalUnicastIpv6);
const translated = parseNetwork(translatedIpv4);

/** What localhost stands for, whatever DNS says. RFC 6761 */
const loopbacks = ['127.0.0.1', '::1'];

const exception = 'or have your operator add its address to HAWSER_EGRESS_ALLOW';
const advice = 'use an address on the public internet, or have your operator add it to HAWSER_EGRESS_ALLOW';
const nameAdvice = 'use a name on the public internet';

/** Which addresses and names may be gone to: the public internet, and the exceptions of the operator. */
export class EgressPolicy {
  private constructor(private readonly exceptions: readonly Network[]) {}

  /**
   * @param networks CIDR, both families: `10.0.0.0/8`, `fd00::/8`. One that holds 127.0.0.1 or ::1 opens localhost too.
   * @throws Error one of them is no network
   */
  static allowing(networks: readonly string[]): EgressPolicy {
    return new EgressPolicy(networks.map(parseNetwork));
  }

  /** @throws EgressError address_refused: `address` is not public, or no IP address at all */
  checkAddress(address: string): void {
    const what = this.refusal(address);
    if (what !== undefined)
      throw new EgressError('address_refused', `${address} is not allowed: ${what}; ${advice}`);
  }

  /**
   * One address that is not allowed refuses the name: public names have no private addresses, but rebinding mixes them.
   * The message names the kind of address and not the address: what internal names lead to is nobody's business.
   * @throws EgressError address_refused
   */
  checkResolved(name: string, addresses: readonly string[]): void {
    for (const address of addresses) {
      const what = this.refusal(address);
      if (what !== undefined)
        throw new EgressError(
          'address_refused',
          `${name} is not allowed: it resolves to an address of this kind: ${what}; ${nameAdvice}, ${exception}`,
        );
    }
  }

  /**
   * @param name without trailing dots; a closed one is refused whatever it resolves to
   * @throws EgressError address_refused
   */
  checkName(name: string): void {
    const what = closedName(name);
    if (what === undefined) return;
    if (!isLocalhost(name))
      throw new EgressError('address_refused', `${name} is not allowed: ${what}; ${nameAdvice}`);
    if (this.openLoopbacks().length === 0)
      throw new EgressError(
        'address_refused',
        `${name} is not allowed: ${what}; ${nameAdvice}, or have your operator add 127.0.0.1/32 to HAWSER_EGRESS_ALLOW`,
      );
  }

  /** The addresses of localhost that are excepted. */
  openLoopbacks(): string[] {
    return loopbacks.filter((address) => this.refusal(address) === undefined);
  }

  /** Ends the sentence "… is not allowed: …". */
  private refusal(text: string): string | undefined {
    const address = parseAddress(text);
    return address === undefined ? 'no IP address' : this.refusalOf(address);
  }

  private refusalOf(address: Address): string | undefined {
    if (this.exceptions.some((network) => isWithin(address, network))) return undefined;
    if (isWithin(address, translated)) {
      const inner = lastFourBytes(address);
      const what = this.refusalOf(inner);
      return what && `it is translated to ${inner.toString()}, ${what}`;
    }
    const known = special.find(({ network }) => isWithin(address, network))?.what;
    if (known !== undefined || address.kind() === 'ipv4' || isWithin(address, globalUnicast)) return known;
    return 'not given to hosts on the internet (RFC 4291)';
  }
}
