import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Adapter, type JWK } from 'oidc-provider';

const hawser = 'https://hawser.example.com/api';
/** Of clients too: an access token that a client gets for itself has the client's id in `sub`. */
const secret = randomBytes(24).toString('base64url');

/** Its tokens hold all that there is to know. */
const forget = (): Promise<undefined> => Promise.resolve(undefined);
const nowhere: Adapter = {
  upsert: forget,
  find: forget,
  findByUserCode: forget,
  findByUid: forget,
  consume: forget,
  destroy: forget,
  revokeByGrantId: forget,
};

type Handle = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A real OIDC issuer on loopback, which gives JWT access tokens (RFC 9068) to any of a few subjects. */
export class IdentityProvider {
  readonly audience = hawser;
  private server: Server | undefined;
  private handle: Handle = () => undefined;
  private port = 0;

  private constructor(private readonly subjects: readonly string[]) {}

  static async start(subjects: readonly string[]): Promise<IdentityProvider> {
    const provider = new IdentityProvider(subjects);
    await provider.listen();
    provider.rotate();
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** At the same address as before, if it was stopped. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.handle(request, response));
    await once(server.listen(this.port, '127.0.0.1'), 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  /** From now on it takes requests, and answers none. */
  hang(): void {
    this.handle = () => undefined;
  }

  /** From now on it signs with a new key, and publishes that one only. */
  rotate(): void {
    const provider = new Provider(this.issuer, {
      clients: this.subjects.map((subject) => ({
        client_id: subject,
        client_secret: secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      })),
      jwks: { keys: [newKey()] },
      adapter: () => nowhere,
      ttl: { ClientCredentials: (_, { clientId }) => (clientId?.startsWith('brief') ? 1 : 600) },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_, resource) => ({
            scope: 'all',
            audience: resource,
            accessTokenFormat: 'jwt',
          }),
        },
      },
    });
    this.handle = provider.callback();
  }

  /** An access token of one of the subjects, for Hawser unless told otherwise. */
  async token(subject: string, audience = hawser): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${subject}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience }),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (answer.access_token === undefined) throw new Error(`no token: ${JSON.stringify(answer)}`);
    return answer.access_token;
  }
}

function newKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const kid = randomBytes(6).toString('base64url');
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
}
