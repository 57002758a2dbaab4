import { randomUUID } from 'node:crypto';
import { UnitOfWork } from '@hawser/persistence';
import type { AuthorizationServer, SignedIn } from '@hawser/testing/authorization-server';
import { CredentialStore } from '../credentials/credential-store.js';
import { CredentialRepository } from '../credentials/credential.repository.js';
import { OAuthClients } from '../oauth/servers/oauth-clients.js';
import { OAuthServers } from '../oauth/servers/oauth-servers.js';
import { Secrets } from '../secrets/secrets.js';
import type { TestWorkspace } from './test-workspace.js';
import type { VaultHarness } from './vault-harness.js';

/** What a refresh is about, as a test looks at it. */
export interface CredentialState {
  status: string;
  status_reason: string | null;
  version: number;
  refresh_failures: number;
  expires_at: Date | null;
  refresh_at: Date | null;
  retry_at: Date | null;
}

/** An oauth2 credential that somebody has signed in for at a real authorization server. */
export class SignedInCredential {
  private constructor(
    private readonly vault: VaultHarness,
    readonly workspace: TestWorkspace,
    readonly id: string,
    /** The authorization server's id in the vault. */
    readonly serverId: string,
    private readonly clientId: string,
  ) {}

  static async at(vault: VaultHarness, server: AuthorizationServer): Promise<SignedInCredential> {
    const workspace = vault.workspace();
    const credential = await vault.get(UnitOfWork).run(workspace.context, async (transaction) => {
      const { manager } = transaction;
      const known = await vault.get(OAuthServers).remember(manager, workspace.id, {
        auth_url: server.authorizationUrl,
        token_url: server.tokenUrl,
        revocation_endpoint: server.revocationUrl,
        registration_endpoint: null,
        scopes: [],
        supports_dcr: false,
        supports_pkce: true,
        supports_cimd: false,
        source: 'protected-resource-metadata',
        issuer: server.issuer,
        resource: null,
      });
      await vault.get(OAuthClients).remember(transaction, workspace.id, known, {
        ...server.client,
        source: 'registered',
        tokenAuthMethod: 'client_secret_basic',
        secretExpiresAt: null,
      });
      return vault.get(CredentialStore).createPending(transaction, {
        workspace_id: workspace.id,
        name: `signed-in-${randomUUID().slice(0, 8)}`,
        ifTaken: 'refuse',
        provider: known.id,
        resource: null,
        scopes: [],
        allowed_origins: null,
        made_by: null,
      });
    });
    const { id, provider } = credential;
    const { clientId } = server.client;
    const signedIn = new SignedInCredential(vault, workspace, id, provider ?? '', clientId);
    await signedIn.store(await server.signIn());
    return signedIn;
  }

  /** As the callback of a sign-in does it. */
  async store({ access_token, refresh_token, expires_in }: Partial<SignedIn>): Promise<void> {
    const credential = await this.vault.get(CredentialRepository).find(this.workspace.id, this.id);
    if (credential === null) throw new Error(`the credential ${this.id} is gone`);
    const tokens = {
      accessToken: access_token ?? '',
      refreshToken: refresh_token ?? null,
      expiresInS: expires_in ?? null,
      scopes: null,
    };
    const filled = { ...credential, client_id: this.clientId };
    await this.vault.get(CredentialStore).storeSignIn(this.workspace.context, filled, tokens);
  }

  /** Its access token ended a second ago; whatever stood in the way of renewing it is over. */
  async expire(): Promise<void> {
    await this.set(`expires_at = past, stale_at = past, refresh_at = past, retry_at = NULL`);
  }

  /** It is to be renewed before it is given out, and its access token is still good for a minute. */
  async goStale(): Promise<void> {
    await this.set(
      `expires_at = now() + interval '1 minute', stale_at = past, refresh_at = past, retry_at = NULL`,
    );
  }

  /** The pause after a failure is over. */
  async endPause(): Promise<void> {
    await this.set(`retry_at = past`);
  }

  async state(): Promise<CredentialState> {
    const [row] = await this.vault.query<CredentialState>(
      `SELECT status, status_reason, version, refresh_failures, expires_at, refresh_at, retry_at
       FROM credentials WHERE id = $1`,
      [this.id],
    );
    if (row === undefined) throw new Error(`the credential ${this.id} is gone`);
    return row;
  }

  tokens(): Promise<{ value?: string; refresh_token?: string }> {
    return this.vault.get(Secrets).read({ workspaceId: this.workspace.id, ownerId: this.id });
  }

  /** As a process holds it that does nothing more. */
  async leaseFor(seconds: number, owner = 'somebody else'): Promise<void> {
    await this.vault.query(
      `INSERT INTO refresh_leases (workspace_id, credential_id, owner, held_until)
       VALUES ($1, $2, $3, now() + make_interval(secs => $4))
       ON CONFLICT (workspace_id, credential_id) DO UPDATE SET held_until = EXCLUDED.held_until`,
      [this.workspace.id, this.id, owner, seconds],
    );
  }

  private async set(assignments: string): Promise<void> {
    await this.vault.query(
      `UPDATE credentials SET ${assignments.replaceAll('past', `now() - interval '1 second'`)} WHERE id = $1`,
      [this.id],
    );
  }
}
