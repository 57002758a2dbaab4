import { isKeepable, ServiceError } from '@hawser/contracts';
import type { DiscoveredOAuth } from '@hawser/contracts/probe';
import { newId } from '@hawser/persistence';
import { findOAuthProvider, oauthProviders, type OAuthProvider } from '@hawser/providers';
import { assertSecureTokenEndpoint, InsecureTokenEndpointError } from '@modelcontextprotocol/client';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OAuthServerEntity } from './oauth-server.entity.js';
import { OAuthServerRepository } from './oauth-server.repository.js';
import type { OAuthServer, OAuthServerMetadata } from './oauth-server.js';

const shipped = oauthProviders.map(ofProvider);
const knownProvider = 'known-provider:';
/** RFC 3986 has no others. A URL parser takes any, but PostgreSQL keeps no NUL, and indexes no long text of other scripts. */
const urlCharacters = /^[\x21-\x7e]+$/;

/** Where people can sign in: the providers that ship with Hawser, and the servers that a workspace's MCP servers named. */
@Injectable()
export class OAuthServers {
  constructor(private readonly repository: OAuthServerRepository) {}

  /** Those that ship with Hawser. */
  list(): readonly OAuthServer[] {
    return shipped;
  }

  /** @param id a provider's id, or `oas_…` */
  async find(workspaceId: string, id: string): Promise<OAuthServer | null> {
    const provider = findOAuthProvider(id);
    if (provider !== undefined) return ofProvider(provider);
    const row = await this.repository.find(workspaceId, id);
    return row === null ? null : ofRow(row);
  }

  /**
   * Keeps what was discovered, by its issuer: two MCP servers with the same one share a client. Of a known provider
   * nothing is to be kept.
   * @throws ServiceError upstream_failed: the server is not fit to be signed in at, and why
   */
  async remember(
    manager: EntityManager,
    workspaceId: string,
    discovered: DiscoveredOAuth,
  ): Promise<OAuthServer> {
    const provider = discovered.source.startsWith(knownProvider)
      ? findOAuthProvider(discovered.source.slice(knownProvider.length))
      : undefined;
    if (provider !== undefined) return ofProvider(provider);
    const issuer = fitIssuerOf(discovered);
    return ofRow(
      await this.repository.upsert(manager, {
        id: newId('oas'),
        workspace_id: workspaceId,
        issuer,
        metadata: metadataOf(discovered),
      }),
    );
  }
}

function ofProvider(provider: OAuthProvider): OAuthServer {
  return {
    id: provider.id,
    name: provider.name,
    issuer: provider.issuer ?? null,
    authorization_url: provider.authorization_url,
    token_url: provider.token_url,
    revocation_url: provider.revocation_url ?? null,
    registration_url: null,
    scopes: [...provider.scopes],
    resource: null,
    token_auth_methods: [],
    iss_required: false,
    takes_client_documents: false,
    provider,
  };
}

function ofRow({ id, issuer, metadata }: OAuthServerEntity): OAuthServer {
  return { ...metadata, id, issuer, name: new URL(issuer).host, provider: null };
}

/** That it is one, and that what is sent there is sent to nobody else. RFC 9700, sections 2.1.1 and 2.6 */
function fitIssuerOf(discovered: DiscoveredOAuth): string {
  const { issuer, auth_url, token_url, registration_endpoint, revocation_endpoint } = discovered;
  if (issuer === null) throw unfit(discovered, 'does not name its issuer');
  if (!discovered.supports_pkce)
    throw unfit(
      discovered,
      'does not say that it supports PKCE with S256 (code_challenge_methods_supported)',
    );
  const endpoints = [auth_url, token_url, registration_endpoint, revocation_endpoint].filter(isGiven);
  for (const url of [issuer, discovered.resource, ...endpoints].filter(isGiven))
    if (!urlCharacters.test(url)) throw unfit(discovered, 'names an address that is no URL');
  // RFC 8414, section 2: whoever can alter what the issuer says can name endpoints of his own.
  for (const url of [issuer, ...endpoints])
    if (!isSecure(url)) throw unfit(discovered, `has an address without https, ${url}`);
  return issuer;
}

function isGiven(url: string | null | undefined): url is string {
  return url !== null && url !== undefined;
}

function isSecure(url: string): boolean {
  try {
    assertSecureTokenEndpoint(url);
    return true;
  } catch (error) {
    if (error instanceof InsecureTokenEndpointError) return false;
    throw error;
  }
}

function unfit({ issuer, token_url }: DiscoveredOAuth, why: string): ServiceError {
  return new ServiceError(
    'upstream_failed',
    `the authorization server ${issuer ?? new URL(token_url).origin} ${why}: nobody is sent there to sign in; ask its operator to mend that`,
  );
}

function metadataOf(discovered: DiscoveredOAuth): OAuthServerMetadata {
  return {
    authorization_url: discovered.auth_url,
    token_url: discovered.token_url,
    revocation_url: discovered.revocation_endpoint ?? null,
    registration_url: discovered.registration_endpoint,
    scopes: discovered.scopes,
    resource: discovered.resource,
    token_auth_methods: (discovered.token_endpoint_auth_methods ?? []).filter(isKeepable),
    iss_required: discovered.iss_parameter ?? false,
    takes_client_documents: discovered.supports_cimd,
  };
}
