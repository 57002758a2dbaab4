import { jest } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

interface SigningKey {
  alg: string;
  kid: string;
  privateKey: CryptoKey;
  jwk: JWK;
}

type Respond = (signal: AbortSignal) => Response | Promise<Response>;

/** An OIDC issuer in place of the network: `fetch` reaches it, and nothing else. */
export class FakeIssuer {
  readonly url = 'https://id.example.com';
  readonly audience = 'hawser';
  /** The addresses that it was asked for. */
  readonly asked: string[] = [];
  /** What it says of itself; tests change it. */
  discovery: Record<string, unknown> = { issuer: this.url, jwks_uri: `${this.url}/keys` };
  /** What it publishes; tests change it. */
  published: JWK[] = [];
  /** In place of what it would answer. */
  respond: Respond | undefined;

  private constructor(readonly key: SigningKey) {
    this.published = [key.jwk];
    jest.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
      const address = input as string;
      this.asked.push(address);
      return Promise.resolve(this.respond?.(init?.signal as AbortSignal) ?? this.answer(address));
    });
  }

  /** `stop` gives `fetch` back. */
  static async start(): Promise<FakeIssuer> {
    return new FakeIssuer(await newKey('first'));
  }

  stop(): void {
    jest.mocked(fetch).mockRestore();
  }

  /** How often its keys were asked for. */
  get looks(): number {
    return this.asked.filter((address) => address.endsWith('/openid-configuration')).length;
  }

  away(): void {
    this.respond = (): never => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    };
  }

  /** A token that is right in everything but what is given; a claim that is undefined is left out. */
  async token(
    claims: JWTPayload = {},
    header: { typ?: string; kid?: string | undefined } = {},
    key = this.key,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const usual = { iss: this.url, aud: this.audience, sub: 'user-42', iat: now, exp: now + 300 };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  private answer(address: string): Response {
    if (address === `${this.url}/.well-known/openid-configuration`) return Response.json(this.discovery);
    if (address === this.discovery.jwks_uri) return Response.json({ keys: this.published });
    return new Response('', { status: 404 });
  }
}

export async function newKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } };
}
