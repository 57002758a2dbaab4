import {
  CallbackText,
  Endpoint,
  Flag,
  Id,
  Integer,
  Name,
  OneOf,
  Patterned,
  SecretText,
  Strings,
  Text,
  Timestamp,
} from '../fields.js';

const maxUrlLength = 4_096;
const maybe = { optional: true, nullable: true };

/** RFC 6749, appendix A.1. It is a part of keys, and as ASCII no longer than PostgreSQL indexes. */
const ClientId = (): PropertyDecorator =>
  Patterned(/^[ -~]{1,1024}$/, 'must be 1 to 1024 characters of printable ASCII');

export class OAuthProviderInfo {
  @Text({ example: 'github' }) id!: string;
  @Text({ example: 'GitHub' }) name!: string;
  @Text({ max: maxUrlLength }) authorization_url!: string;
  @Text({ max: maxUrlLength }) token_url!: string;
  @Strings({ description: 'asked for when a flow names none' }) scopes!: string[];
  @Flag({ description: 'whether the provider documents PKCE; Hawser sends it always' }) pkce!: boolean;
  @Flag({ description: 'whether the workspace has a client of its own there; false without a workspace' })
  configured!: boolean;
}

export class ProviderRef {
  @Text({ max: 128 }) provider_id!: string;
}

export class PutOAuthClient {
  @ClientId() client_id!: string;
  @SecretText({ ...maybe, description: 'null for a public client' }) client_secret?: string | null;
}

export class SetOAuthClient extends PutOAuthClient {
  @Text({ max: 128 }) provider_id!: string;
}

export class OAuthClient {
  @Text() provider!: string;
  @ClientId() client_id!: string;
  @Flag() has_secret!: boolean;
  @Timestamp() updated_at!: string;
}

/** What somebody signs in for. */
export class SignInFor {
  @Id({ ...maybe, description: 'an oauth2 credential to sign in for, again or for the first time' })
  credential_id?: string | null;

  @Text({ ...maybe, max: 128, description: 'required for a credential that is still to be made' })
  provider?: string | null;

  @Name({
    ...maybe,
    description: "of a credential that is still to be made; the provider's id when left out",
  })
  name?: string | null;

  @Strings({ ...maybe, description: "the provider's when left out" }) scopes?: string[] | null;
}

export class InitiateOAuth extends SignInFor {
  @CallbackText({
    ...maybe,
    description:
      'where the provider sends the browser: one of HAWSER_REDIRECT_ALLOW, or a loopback address; ' +
      "Hawser's own callback when left out",
  })
  redirect_uri?: string | null;

  @CallbackText({
    ...maybe,
    description: 'where the callback sends the browser: one of HAWSER_REDIRECT_ALLOW',
  })
  return_to?: string | null;
}

export class StartOAuth extends InitiateOAuth {
  @Text({ max: 2048, description: 'of the gateway; it says so, nobody else' }) public_url!: string;
}

export class StartedOAuth {
  @Text({ max: 16_384, description: 'where the user signs in' }) auth_url!: string;
  @Text() state!: string;
  @Id() credential_id!: string;
  @Timestamp({ description: 'after that the state is worth nothing' }) expires_at!: string;
}

export class LoopbackOAuth extends SignInFor {
  @Integer({ min: 1, max: 65_535, description: 'where the caller listens on 127.0.0.1' }) port!: number;
}

export class StartedLoopbackOAuth extends StartedOAuth {
  @Text({ max: 2048 }) redirect_uri!: string;
}

/** What the provider sends back by way of the browser; nothing in it is to be trusted. */
export class OAuthCallback {
  @CallbackText({ optional: true, secret: true }) code?: string;
  @CallbackText({ optional: true, secret: true }) state?: string;
  @CallbackText({ optional: true }) iss?: string;
  @CallbackText({ optional: true }) error?: string;
  @CallbackText({ optional: true }) error_description?: string;
}

export const callbackOutcomes = [
  'connected',
  'declined',
  'state_unknown',
  'state_used',
  'state_expired',
  'state_elsewhere',
  'code_missing',
  'issuer_mismatch',
  'provider_error',
  'exchange_failed',
] as const;
export type CallbackOutcome = (typeof callbackOutcomes)[number];

/** What became of a callback: for the page, whose words are the gateway's, or the redirect. */
export class CompletedOAuth {
  @OneOf(callbackOutcomes) outcome!: CallbackOutcome;
  @Text({ nullable: true, description: "the provider's name" }) provider!: string | null;
  @Text({ nullable: true, description: "the credential's name" }) credential!: string | null;
  @Id({ nullable: true }) credential_id!: string | null;
  @Text({ nullable: true, max: 2048 }) return_to!: string | null;
}

export class ExchangeOAuth {
  @Id() credential_id!: string;
  @CallbackText({ secret: true }) code!: string;
  @CallbackText({ secret: true }) state!: string;
  @CallbackText({ ...maybe, description: 'as the flow was started with' }) redirect_uri?: string | null;
  @CallbackText({ ...maybe, secret: true }) code_verifier?: string | null;
  @CallbackText({ ...maybe, description: 'as it came with the code (RFC 9207)' }) iss?: string | null;
}

export class ExchangedOAuth {
  @Text({ example: 'active' }) status!: string;
  @Id() credential_id!: string;
}

export class AutoConnect {
  @Endpoint() mcp_url!: string;
  @Name({ description: 'of the workspace server that is made' }) server_name!: string;
  @Text({ ...maybe, max: 128, description: 'a provider to use where the server itself names none' })
  provider_hint?: string | null;
}

export class StartAutoConnect extends AutoConnect {
  @Text({ max: 2048, description: 'of the gateway; it says so, nobody else' }) public_url!: string;
}

export const autoConnectStatuses = ['authorize', 'needs_client_id'] as const;
export type AutoConnectStatus = (typeof autoConnectStatuses)[number];

export class AutoConnected {
  @OneOf(autoConnectStatuses) status!: AutoConnectStatus;
  @Text({ optional: true, max: 16_384, description: 'where the user signs in' }) auth_url?: string;
  @Id({ optional: true }) credential_id?: string;
  @Id({ optional: true, description: 'the workspace server' }) integration_id?: string;
  @Timestamp({ optional: true }) expires_at?: string;
  @Text({ optional: true, description: 'whose client is missing: PUT it, then connect again' })
  provider?: string;
  @Text({ optional: true, max: 2048, description: 'to be registered with the client' }) redirect_uri?: string;
  @Text({ optional: true, description: 'for a person' }) message?: string;
}
