import { callbackUrlOf, clientMetadataUrlOf } from '@hawser/contracts/vault';
import { registerClient, type OAuthClientMetadata } from '@modelcontextprotocol/client';
import { Injectable } from '@nestjs/common';
import { isTokenAuthMethod, type TokenAuthMethod } from './client-authentication.js';
import { metadataOf } from './discovered-tokens.js';
import type { RegisteredClient } from './oauth-clients.js';
import type { OAuthServer } from './oauth-server.js';
import { requireAccepted } from './token-answer.js';
import { TokenEndpointError } from './token-endpoint-error.js';
import { Upstream } from './upstream.js';

/** Preferred in this order: what is not kept cannot be stolen. */
const preferred: readonly TokenAuthMethod[] = ['none', 'client_secret_basic', 'client_secret_post'];
/** Of a server that does not say (RFC 8414, section 2). */
const byDefault: TokenAuthMethod = 'client_secret_basic';
/** What a person may give for them, too. */
const maxClientIdLength = 1_024;
const maxSecretLength = 32_768;

/** Clients that are had without a person, by dynamic registration (RFC 7591). */
@Injectable()
export class ClientRegistration {
  constructor(private readonly upstream: Upstream) {}

  /**
   * @param redirectUri the only one that the client is for
   * @throws TokenEndpointError
   */
  async register(server: OAuthServer, redirectUri: string, signal?: AbortSignal): Promise<RegisteredClient> {
    if (server.registration_url === null)
      throw new TokenEndpointError('refused', `${server.name} does not register clients by itself`);
    const asked = preferred.find((method) => server.token_auth_methods.includes(method)) ?? byDefault;
    const answer = await registerClient(server.registration_url, {
      metadata: metadataOf(server),
      clientMetadata: metadataFor(redirectUri, asked),
      // Its errors quote whole answers, so that none but good ones reach it.
      fetchFn: async (url, init = {}) => {
        const { status, text } = await this.upstream.ask(server, url, init, signal);
        requireAccepted(server, { status, text }, []);
        return new Response(text);
      },
    }).catch((error: unknown) => {
      throw error instanceof TokenEndpointError ? error : unusable(server);
    });
    const { client_id, client_secret, client_secret_expires_at: expiresAtS = 0 } = answer;
    const method = answer.token_endpoint_auth_method ?? asked;
    if (!isTokenAuthMethod(method) || !isPrintable(client_id, maxClientIdLength)) throw unusable(server);
    const client = {
      clientId: client_id,
      tokenAuthMethod: method,
      redirectUri,
      source: 'registered' as const,
    };
    if (method === 'none') return { ...client, clientSecret: null, secretExpiresAt: null };
    if (client_secret === undefined || !isPrintable(client_secret, maxSecretLength)) throw unusable(server);
    return { ...client, clientSecret: client_secret, secretExpiresAt: dateOf(expiresAtS) };
  }
}

/**
 * The client that Hawser is by its client metadata document (draft-ietf-oauth-client-id-metadata-document), which the
 * MCP authorization specification wants tried before a registration.
 * @param publicUrl of the gateway, which serves the document
 * @returns null where the server takes no such, cannot fetch it, or where it is for another redirect URI
 */
export function documentClient(
  { takes_client_documents }: OAuthServer,
  publicUrl: string,
  redirectUri: string,
): RegisteredClient | null {
  const { protocol, hostname } = new URL(publicUrl);
  const clientId = clientMetadataUrlOf(publicUrl);
  const isUsable = takes_client_documents && protocol === 'https:' && !isLoopback(hostname);
  if (!isUsable || !isPrintable(clientId, maxClientIdLength) || redirectUri !== callbackUrlOf(publicUrl))
    return null;
  return {
    clientId,
    clientSecret: null,
    tokenAuthMethod: 'none',
    redirectUri,
    source: 'document',
    secretExpiresAt: null,
  };
}

function metadataFor(redirectUri: string, method: TokenAuthMethod): OAuthClientMetadata {
  return {
    client_name: 'Hawser',
    redirect_uris: [redirectUri],
    // OpenID Connect Dynamic Client Registration 1.0 keeps the two kinds apart by this.
    application_type: isLoopback(new URL(redirectUri).hostname) ? 'native' : 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: method,
  };
}

/** @param seconds since 1970; 0, and what is later than any date can be, is never */
function dateOf(seconds: number): Date | null {
  const date = new Date(seconds * 1_000);
  return seconds > 0 && !Number.isNaN(date.getTime()) ? date : null;
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** RFC 6749, appendix A.1 and A.2 */
function isPrintable(text: string, maxLength: number): boolean {
  return text.length <= maxLength && /^[\x20-\x7e]+$/.test(text);
}

function unusable({ name }: OAuthServer): TokenEndpointError {
  return new TokenEndpointError('refused', `${name} answered with a client that cannot be used`);
}
