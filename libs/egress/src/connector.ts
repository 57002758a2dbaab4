import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { parseAddress } from './address.js';
import { dnsFailure } from './dns-failure.js';
import { EgressError } from './errors.js';
import { isLocalhost, withoutTrailingDots } from './names.js';
import type { EgressPolicy } from './policy.js';
import type { Resolve } from './resolve.js';

const connectWithinMs = 5_000;
/** How long one of several addresses is waited for before the next one is tried too. RFC 8305 */
const nextAddressAfterMs = 500;

/**
 * Makes each connection to an address that the policy has just allowed: there is no second look-up between the check and
 * the connection, at which a name could lead elsewhere.
 */
export class GuardedConnector {
  private readonly opening = new Set<AbortController>();
  private closed = false;

  /** @param ca PEM; in place of the authorities that Node trusts */
  constructor(
    private readonly policy: EgressPolicy,
    private readonly resolve: Resolve,
    private readonly ca?: string,
  ) {}

  /** For undici, which calls it for names and for literal addresses alike. */
  readonly connect: buildConnector.connector = (target, callback) => {
    this.open(target).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error as Error, null),
    );
  };

  /** Nothing connects any more, neither what has begun to. */
  close(): void {
    this.closed = true;
    for (const opening of this.opening) opening.abort();
  }

  private async open(target: buildConnector.Options): Promise<Socket> {
    const name = withoutTrailingDots(target.hostname);
    const addresses = await this.addressesOf(name);
    if (this.closed) throw new EgressError('connection', 'nothing is sent any more');
    const opening = new AbortController();
    this.opening.add(opening);
    try {
      const servername = isIP(name) === 0 ? name : '';
      const socket = await this.openTo(addresses, { ...target, servername }, opening);
      const { remoteAddress } = socket;
      if (isOneOf(addresses, remoteAddress)) return socket;
      socket.destroy();
      throw remoteAddress === undefined
        ? new EgressError('connection', `the connection to ${name} broke off: try again later`)
        : new EgressError('address_refused', `${name} led to ${remoteAddress}, which was not checked`);
    } finally {
      this.opening.delete(opening);
    }
  }

  private openTo(
    addresses: readonly string[],
    target: buildConnector.Options,
    { signal }: AbortController,
  ): Promise<Socket> {
    const open = buildConnector({
      ca: this.ca,
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
      rejectUnauthorized: true,
      allowH2: false,
      timeout: connectWithinMs,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: nextAddressAfterMs,
      lookup: answering(addresses),
      signal,
    });
    return new Promise((resolve, reject) =>
      open(target, (error, socket) => (error === null ? resolve(socket) : reject(error))),
    );
  }

  /** @throws EgressError address_refused, dns */
  private async addressesOf(name: string): Promise<readonly string[]> {
    if (isIP(name) !== 0) {
      this.policy.checkAddress(name);
      return [name];
    }
    this.policy.checkName(name);
    if (isLocalhost(name)) return this.policy.openLoopbacks();
    const addresses = await this.resolve(name).catch((error: unknown) => {
      throw dnsFailure(name, error);
    });
    this.policy.checkResolved(name, addresses);
    return addresses;
  }
}

/** A look-up that asks nobody. */
function answering(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, _options, callback) => callback(null, answers);
}

/** @param peer of a socket, which has none when it broke off already */
export function isOneOf(addresses: readonly string[], peer: string | undefined): boolean {
  const text = parseAddress(peer ?? '')?.toString();
  return text !== undefined && addresses.some((address) => parseAddress(address)?.toString() === text);
}
