import { ServiceError } from '@hawser/contracts';
import { Logger } from '@nestjs/common';
import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import { findJwksUri } from './discovery.js';
import { fetchJson } from './fetch-json.js';

/** For the discovery document and the keys together. */
const deadlineMs = 5_000;
/** The issuer is asked at most this often, whatever tokens are sent. */
const coolDownMs = 5_000;
/** A key that the issuer has withdrawn is taken for no longer than this, as long as the issuer can be asked. */
const maxAgeMs = 10 * 60_000;

interface Known {
  find: ReturnType<typeof createLocalJWKSet>;
  loadedAtMs: number;
}

/**
 * The keys that an issuer signs with. jose's createRemoteJWKSet does much of this, but needs the address of the keys at
 * once, drops what it knows when the issuer is away, and then asks it anew for every token.
 */
export class IssuerKeys {
  private readonly log = new Logger(IssuerKeys.name);
  private known: Known | undefined;
  private looking: Promise<void> | undefined;
  private nextLookAtMs = 0;
  private failed = false;

  constructor(private readonly issuer: string) {}

  /**
   * The key that a token's header names. A key that is not known is looked for at the issuer.
   * @throws ServiceError service_unavailable: the issuer is away, and without it nothing can be said about the token
   * @throws JWKSNoMatchingKey, JWKSMultipleMatchingKeys
   */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    await this.refresh();
    try {
      return await this.inKnown(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.look();
      if (this.failed) throw this.unavailable();
      return this.inKnown(header, token);
    }
  }

  /** Asks the issuer, unless it was just asked. What is known is kept when it is away. Never fails. */
  look(): Promise<void> {
    if (this.looking !== undefined) return this.looking;
    if (Date.now() < this.nextLookAtMs) return Promise.resolve();
    this.looking = this.load()
      .then(
        (known) => {
          this.known = known;
          this.failed = false;
        },
        (error: Error) => {
          this.failed = true;
          this.log.warn(`the keys of the OIDC issuer ${this.issuer} cannot be had: ${error.message}`);
        },
      )
      .finally(() => {
        this.looking = undefined;
        this.nextLookAtMs = Date.now() + coolDownMs;
      });
    return this.looking;
  }

  /** Waits only while there is hope: with an issuer that is away, what is known goes on at once. */
  private async refresh(): Promise<void> {
    if (this.known !== undefined && Date.now() < this.known.loadedAtMs + maxAgeMs) return;
    const looked = this.look();
    if (this.known === undefined || !this.failed) await looked;
  }

  private inKnown(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    if (this.known === undefined) throw this.unavailable();
    return this.known.find(header, token);
  }

  private async load(): Promise<Known> {
    const signal = AbortSignal.timeout(deadlineMs);
    const jwksUri = await findJwksUri(this.issuer, signal);
    const keys = await fetchJson(jwksUri, signal);
    return { find: createLocalJWKSet(keys as JSONWebKeySet), loadedAtMs: Date.now() };
  }

  private unavailable(): ServiceError {
    return new ServiceError(
      'service_unavailable',
      `the token cannot be checked: the issuer ${this.issuer} does not give its keys; try again later`,
      { issuer: this.issuer },
    );
  }
}
