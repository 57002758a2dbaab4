export interface AuthorizationRequest {
  state: string;
  /** S256 of the code verifier, RFC 7636. */
  codeChallenge: string;
  redirectUri: string;
  /** None: whatever the server gives to those who do not ask. */
  scopes: readonly string[];
  /** What the token is for, RFC 8707; null for a provider that ships with Hawser. */
  resource: string | null;
}

export interface CodeExchange {
  code: string;
  codeVerifier: string;
  /** The same as in the authorization request. */
  redirectUri: string;
  resource: string | null;
}

export interface TokenRefresh {
  refreshToken: string;
  resource: string | null;
}

/** What there is of a grant; a server takes back the one that it wants to be told. */
export interface GrantedTokens {
  accessToken: string | null;
  refreshToken: string | null;
}
