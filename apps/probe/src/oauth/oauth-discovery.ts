import type { DiscoveredOAuth } from '@hawser/contracts/probe';
import type { EgressPolicy, Fetch } from '@hawser/egress';
import { providerOfServer } from '@hawser/providers';
import {
  resourceUrlFromServerUrl,
  type AuthorizationServerMetadata,
  type OAuthProtectedResourceMetadata,
} from '@modelcontextprotocol/client';
import { usableScopes } from '../mcp/challenge.js';
import { askForChallenge, type Asked } from './ask-for-challenge.js';
import { readAuthorizationServer, revocationEndpointOf } from './authorization-server.js';
import { stepAt, type DiscoveryStep } from './discovery-step.js';
import { readProtectedResource } from './protected-resource.js';

/** A server that names more has its reasons, and we have little time. */
const maxAuthorizationServers = 3;

/**
 * Finds out where the users of one MCP server sign in, in the order of the MCP authorization specification, and notes
 * all the places where it looked.
 */
export class OAuthDiscovery {
  readonly steps: DiscoveryStep[] = [];
  private asked: Asked = { isOpen: false };
  /** By anything at all, at any of its places. */
  private answered = false;
  private readonly fetch: Fetch;

  constructor(
    private readonly serverUrl: URL,
    private readonly policy: EgressPolicy,
    fetch: Fetch,
  ) {
    this.fetch = async (url, init) => {
      const response = await fetch(url, init);
      this.answered = true;
      return response;
    };
  }

  async run(): Promise<DiscoveredOAuth | undefined> {
    this.asked = await askForChallenge(this.serverUrl, this.fetch, this.steps);
    const { challenge } = this.asked;
    const resource = await readProtectedResource(this.serverUrl, challenge, this.fetch, this.steps);
    // A document that was refused says that something is wrong here: no guess follows it, only what we know ourselves.
    const found = resource === null ? undefined : await this.atAuthorizationServers(resource);
    return found ?? this.fromKnownProvider();
  }

  /** For a person: that there is nothing, and what to do. */
  get whyNothing(): string {
    const { origin } = this.serverUrl;
    const { isOpen, failure } = this.asked;
    if (!this.answered && failure !== undefined)
      return `no answer came from ${origin}, so no sign-in was found: ${failure}`;
    const advice = isOpen
      ? 'it answers without a credential, so it may need none'
      : 'if it takes a token or a key, save that as a credential; if it should offer OAuth, show its operator the steps';
    return `no sign-in was found for ${origin}: ${advice}`;
  }

  private async atAuthorizationServers(
    resource: OAuthProtectedResourceMetadata | undefined,
  ): Promise<DiscoveredOAuth | undefined> {
    const named = resource?.authorization_servers ?? [];
    // Servers of 2025-03-26 name none: they are their own.
    const issuers = named.length > 0 ? named : [new URL('/', this.serverUrl).href];
    for (const issuer of issuers.slice(0, maxAuthorizationServers)) {
      const metadata = await readAuthorizationServer(issuer, this.policy, this.fetch, this.steps);
      if (metadata === undefined) continue;
      return {
        ...this.endpointsOf(metadata),
        scopes: this.scopesOr(resource?.scopes_supported ?? []),
        source: named.length > 0 ? 'protected-resource-metadata' : 'authorization-server-metadata',
        resource: resource?.resource ?? resourceUrlFromServerUrl(this.serverUrl).href,
      };
    }
    return undefined;
  }

  private endpointsOf(
    metadata: AuthorizationServerMetadata,
  ): Omit<DiscoveredOAuth, 'scopes' | 'source' | 'resource'> {
    return {
      auth_url: metadata.authorization_endpoint,
      token_url: metadata.token_endpoint,
      registration_endpoint: metadata.registration_endpoint ?? null,
      supports_dcr: metadata.registration_endpoint !== undefined,
      supports_pkce: metadata.code_challenge_methods_supported?.includes('S256') ?? false,
      supports_cimd: metadata.client_id_metadata_document_supported === true,
      revocation_endpoint: revocationEndpointOf(metadata),
      token_endpoint_auth_methods: metadata.token_endpoint_auth_methods_supported ?? [],
      iss_parameter: metadata.authorization_response_iss_parameter_supported === true,
      issuer: metadata.issuer,
    };
  }

  private fromKnownProvider(): DiscoveredOAuth | undefined {
    const provider = providerOfServer(this.serverUrl);
    if (provider === undefined) {
      this.steps.push(stepAt(this.serverUrl, 'known providers', 'none of them has this host'));
      return undefined;
    }
    return {
      auth_url: provider.authorization_url,
      token_url: provider.token_url,
      registration_endpoint: null,
      scopes: this.scopesOr(provider.scopes),
      supports_dcr: false,
      supports_pkce: provider.pkce,
      supports_cimd: false,
      source: `known-provider:${provider.id}`,
      issuer: null,
      resource: null,
    };
  }

  private scopesOr(others: readonly string[]): string[] {
    const asked = this.asked.challenge?.scopes ?? [];
    return asked.length > 0 ? asked : usableScopes(others);
  }
}
