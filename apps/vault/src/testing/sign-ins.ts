import { randomUUID } from 'node:crypto';
import type { ServiceError } from '@hawser/contracts';
import type { DiscoveredOAuth } from '@hawser/contracts/probe';
import {
  autoConnect,
  completeOAuth,
  initiateOAuth,
  setOAuthClient,
  type CompletedOAuth,
  type InitiateOAuth,
  type OAuthCallback,
  type StartedOAuth,
} from '@hawser/contracts/vault';
import { startAuthorizationServer, type AuthorizationServer } from '@hawser/testing/authorization-server';
import { Secrets } from '../secrets/secrets.js';
import { refusalOf, type TestWorkspace } from './test-workspace.js';
import { VaultHarness, type HarnessOptions } from './vault-harness.js';

/** Of a gateway; nobody listens there, because tests carry callbacks to the vault themselves. */
export const publicUrl = 'http://127.0.0.1:9';
export const callbackUrl = `${publicUrl}/api/v1/oauth/callback`;

export interface Connected {
  workspace: TestWorkspace;
  credentialId: string;
  authUrl: string;
}

/** A vault, and a real authorization server that MCP servers name. */
export class SignIns {
  private constructor(
    readonly harness: VaultHarness,
    readonly server: AuthorizationServer,
  ) {}

  /** The client that the authorization server has always known may send browsers to our callback. */
  static async start(url: string, options: HarnessOptions = {}): Promise<SignIns> {
    const server = await startAuthorizationServer({ redirectUris: [callbackUrl] });
    return new SignIns(await VaultHarness.start(url, options), server);
  }

  async stop(): Promise<void> {
    await this.harness.stop();
    await this.server.stop();
  }

  /** An MCP server of which the probe finds out that its users sign in at ours; answers its address. */
  mcpServer(found: Partial<DiscoveredOAuth> = {}): string {
    const url = `https://mcp-${randomUUID()}.example.com/mcp`;
    this.harness.probe.script.discovered.set(url, {
      auth_url: this.server.authorizationUrl,
      token_url: this.server.tokenUrl,
      registration_endpoint: `${this.server.issuer}/reg`,
      revocation_endpoint: this.server.revocationUrl,
      scopes: ['mcp:read', 'mcp:tools'],
      supports_dcr: true,
      supports_pkce: true,
      supports_cimd: false,
      token_endpoint_auth_methods: ['none', 'client_secret_basic'],
      iss_parameter: true,
      source: 'protected-resource-metadata',
      issuer: this.server.issuer,
      resource: url,
      ...found,
    });
    return url;
  }

  /** A workspace with a server to sign in for, and the sign-in begun. */
  async connect(workspace = this.harness.workspace(), public_url = publicUrl): Promise<Connected> {
    const { auth_url = '', credential_id = '' } = await workspace.call(autoConnect, {
      mcp_url: this.mcpServer(),
      server_name: `server-${randomUUID().slice(0, 8)}`,
      public_url,
    });
    return { workspace, credentialId: credential_id, authUrl: auth_url };
  }

  /** A workspace that has a client at GitHub. */
  async withClient(): Promise<TestWorkspace> {
    const workspace = this.harness.workspace();
    const client = { client_id: 'our-client', client_secret: 's3cret' };
    await workspace.call(setOAuthClient, { provider_id: 'github', ...client });
    return workspace;
  }

  initiate(workspace: TestWorkspace, request: InitiateOAuth): Promise<StartedOAuth> {
    return workspace.call(initiateOAuth, { ...request, public_url: publicUrl });
  }

  /** What a sign-in was refused with; it must have made nothing. */
  async refused(workspace: TestWorkspace, request: InitiateOAuth, caller = workspace): Promise<ServiceError> {
    const before = await this.harness.rowsOf(workspace.id);
    const error = await refusalOf(this.initiate(caller, request));
    expect(await this.harness.rowsOf(workspace.id)).toEqual(before);
    return error;
  }

  /** Agrees at the provider; what the browser then brings to the callback. */
  async agree(authUrl: string): Promise<OAuthCallback> {
    const { searchParams } = await this.server.walk(authUrl);
    return Object.fromEntries(searchParams);
  }

  /** As the gateway does for a browser: for nobody, in no workspace. */
  callBack(callback: OAuthCallback): Promise<CompletedOAuth> {
    const nobody = { workspaceId: undefined, actor: { kind: 'system' as const, id: 'gateway' } };
    return this.harness.workspace().call(completeOAuth, callback, nobody);
  }

  async secretsOf(workspaceId: string, ownerId: string): Promise<Record<string, string>> {
    return this.harness.get(Secrets).read({ workspaceId, ownerId });
  }

  get exchanges(): number {
    return this.server.tokenRequests.authorization_code ?? 0;
  }
}

/** The state that an address to sign in at has. */
export function stateOf({ auth_url }: Pick<StartedOAuth, 'auth_url'>): string {
  return new URL(auth_url).searchParams.get('state') ?? '';
}
