import type { OAuthProvider } from '@hawser/providers';

/** What is kept of an authorization server that an MCP server named. */
export interface OAuthServerMetadata {
  authorization_url: string;
  token_url: string;
  revocation_url: string | null;
  registration_url: string | null;
  /** Of the last MCP server that named it; flows ask for those of their own. */
  scopes: string[];
  /** What that MCP server is called in both requests of a flow, RFC 8707; null: nothing is. */
  resource: string | null;
  /** How the token endpoint knows its clients, RFC 8414; empty where it does not say. */
  token_auth_methods: string[];
  /** Whether every callback has to name the issuer, RFC 9207. */
  iss_required: boolean;
  /** Whether the URL of a document is taken for a client's id. */
  takes_client_documents: boolean;
}

/** Where people sign in: a provider that ships with Hawser, or a discovered server. */
export interface OAuthServer extends OAuthServerMetadata {
  /** The provider's id, or `oas_…`. */
  id: string;
  name: string;
  /** What `iss` of a callback has to be, where it comes; null: not known. */
  issuer: string | null;
  /** With its ways of its own; null for a discovered server, which keeps to the standards. */
  provider: OAuthProvider | null;
}

export interface OAuthClient {
  clientId: string;
  /** Null for a public client. */
  clientSecret: string | null;
  /** As it was registered with: none, client_secret_post or client_secret_basic; null: as the server has it. */
  tokenAuthMethod: string | null;
}

/** Whether it is a client by the document at its id, which is an address (draft-ietf-oauth-client-id-metadata-document). */
export function isDocument({ clientId }: OAuthClient): boolean {
  return clientId.startsWith('https://');
}

export interface Tokens {
  accessToken: string;
  /** To be kept from now on: after a refresh the one that was sent, where no new one came. */
  refreshToken: string | null;
  /** In seconds from now; null where the server does not say. */
  expiresInS: number | null;
  /** That were granted; null where the server does not say. */
  scopes: string[] | null;
}
