import { defineChangeEvent } from '../change.js';
import { defineEvent, defineRpc } from '../contract.js';
import { Deleted } from '../deleted.dto.js';
import { AuditPage, AuditQuery } from '../directory/audit.dto.js';
import { Departure } from '../directory/departure.dto.js';
import { Nothing } from '../nothing.dto.js';
import { PageQuery } from '../page.js';
import {
  CreateCredential,
  Credential,
  CredentialPage,
  CredentialRef,
  DeleteCredential,
  DeletedCredential,
  KeyRotation,
  UpdateCredential,
} from './credentials.dto.js';
import {
  CredentialsAsked,
  CredentialSummaries,
  DiscloseCredentials,
  DisclosedCredentials,
} from './disclosure.dto.js';
import { CredentialStatusChange } from './events.js';
import {
  AutoConnected,
  CompletedOAuth,
  ExchangedOAuth,
  ExchangeOAuth,
  LoopbackOAuth,
  OAuthCallback,
  OAuthClient,
  OAuthProviderInfo,
  ProviderRef,
  SetOAuthClient,
  StartAutoConnect,
  StartedLoopbackOAuth,
  StartedOAuth,
  StartOAuth,
} from './oauth.dto.js';

const subject = (name: string): string => `hawser.vault.${name}.v1`;

/** Without the vault nothing can be encrypted or decrypted, and callers are told just that. */
const unavailable = 'secret_encryption_unavailable';
/** For what may wait for an authorization server, whose own limit is shorter. */
const upstreamDeadlineMs = 10_000;
/** For a discovery by the probe (15 s), a registration, and a server at `bindings`. */
const autoConnectDeadlineMs = 30_000;

export const listCredentials = defineRpc({
  subject: subject('credential.list'),
  request: PageQuery,
  response: CredentialPage,
  unavailable,
  idempotent: true,
});

export const getCredential = defineRpc({
  subject: subject('credential.get'),
  request: CredentialRef,
  response: Credential,
  errors: ['not_found'],
  unavailable,
  idempotent: true,
});

export const createCredential = defineRpc({
  subject: subject('credential.create'),
  request: CreateCredential,
  response: Credential,
  errors: ['name_taken', 'idempotency_key_reused', 'not_found'],
  unavailable,
});

export const updateCredential = defineRpc({
  subject: subject('credential.update'),
  request: UpdateCredential,
  response: Credential,
  errors: ['not_found', 'name_taken', 'credential_in_use', 'forbidden'],
  unavailable,
});

export const deleteCredential = defineRpc({
  subject: subject('credential.delete'),
  request: DeleteCredential,
  response: DeletedCredential,
  errors: ['not_found', 'credential_in_use'],
  unavailable,
  deadlineMs: upstreamDeadlineMs,
});

/** Moves the workspace's data keys under the active master key; rows of credentials stay as they are. */
export const rotateKeys = defineRpc({
  subject: subject('data-key.rotate'),
  request: Nothing,
  response: KeyRotation,
  errors: ['forbidden'],
  unavailable,
  idempotent: true,
});

/** What credentials are, without their values; nothing is noted. */
export const describeCredentials = defineRpc({
  subject: subject('credential.describe'),
  request: CredentialsAsked,
  response: CredentialSummaries,
  unavailable,
  idempotent: true,
});

/**
 * The values, renewed first where they are about to expire. Each answer is noted, and what cannot be noted is not
 * answered; who asks twice is noted twice.
 */
export const discloseCredentials = defineRpc({
  subject: subject('credential.disclose'),
  request: DiscloseCredentials,
  response: DisclosedCredentials,
  errors: ['forbidden'],
  unavailable,
  deadlineMs: upstreamDeadlineMs,
  idempotent: true,
});

/** Who was given values, when and what for: the vault's part of the audit log. */
export const listDisclosures = defineRpc({
  subject: subject('disclosure.list'),
  request: AuditQuery,
  response: AuditPage,
  unavailable,
  idempotent: true,
});

/** Removes all that belongs to a workspace that is no more, or ends what a departed agent left; twice is the same. */
export const forgetTenant = defineRpc({
  subject: subject('tenant.forget'),
  request: Departure,
  response: null,
  unavailable,
  idempotent: true,
});

export const listOAuthProviders = defineRpc({
  subject: subject('oauth-provider.list'),
  request: Nothing,
  response: [OAuthProviderInfo],
  unavailable,
  idempotent: true,
});

export const setOAuthClient = defineRpc({
  subject: subject('oauth-client.set'),
  request: SetOAuthClient,
  response: OAuthClient,
  errors: ['not_found'],
  unavailable,
  idempotent: true,
});

export const deleteOAuthClient = defineRpc({
  subject: subject('oauth-client.delete'),
  request: ProviderRef,
  response: Deleted,
  errors: ['not_found'],
  unavailable,
});

const signInErrors = [
  'not_found',
  'name_taken',
  'idempotency_key_reused',
  'forbidden',
  'oauth_client_missing',
  'upstream_failed',
] as const;

export const initiateOAuth = defineRpc({
  subject: subject('oauth-flow.initiate'),
  request: StartOAuth,
  response: StartedOAuth,
  errors: signInErrors,
  unavailable,
  // A discovered server may have to be asked for a client first.
  deadlineMs: upstreamDeadlineMs,
});

export const startLoopbackOAuth = defineRpc({
  subject: subject('oauth-flow.loopback'),
  request: LoopbackOAuth,
  response: StartedLoopbackOAuth,
  errors: signInErrors,
  unavailable,
  // As above.
  deadlineMs: upstreamDeadlineMs,
});

/** Of the callback, which nobody is authenticated for: the state alone says whose flow it is. */
export const completeOAuth = defineRpc({
  subject: subject('oauth-flow.complete'),
  request: OAuthCallback,
  response: CompletedOAuth,
  unavailable,
  deadlineMs: upstreamDeadlineMs,
});

export const exchangeOAuth = defineRpc({
  subject: subject('oauth-flow.exchange'),
  request: ExchangeOAuth,
  response: ExchangedOAuth,
  errors: ['not_found', 'oauth_state_invalid', 'oauth_client_missing', 'upstream_failed'],
  unavailable,
  deadlineMs: upstreamDeadlineMs,
});

export const autoConnect = defineRpc({
  subject: subject('oauth-flow.auto-connect'),
  request: StartAutoConnect,
  response: AutoConnected,
  errors: [
    'oauth_not_found',
    'oauth_client_missing',
    'name_taken',
    'not_found',
    'upstream_failed',
    'service_busy',
  ],
  unavailable,
  deadlineMs: autoConnectDeadlineMs,
  cancellable: true,
});

export const vaultChanged = defineChangeEvent('vault');

/** That a credential works again, or does not work any more: for whoever depends on it. */
export const credentialStatusChanged = defineEvent({
  subject: 'hawser.events.vault.credential.status-changed.v1',
  data: CredentialStatusChange,
});
