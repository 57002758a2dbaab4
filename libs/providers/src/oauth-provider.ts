/** A vendor whose sign-in is known without asking. What it does otherwise than RFC 6749 has it is said here, as data. */
export interface OAuthProvider {
  id: string;
  name: string;
  /** Domains of the vendor's MCP and API endpoints; names below them count too. */
  hosts: readonly string[];
  /** What `iss` of its callbacks is, where they have it (RFC 9207). */
  issuer?: string;
  authorization_url: string;
  token_url: string;
  /** `{client_id}` in it stands for the client's id. */
  revocation_url?: string;
  /** Enough to begin with, where a flow asks for none. */
  scopes: readonly string[];
  /** Whether the vendor documents PKCE with S256 (RFC 7636); it is sent in any case. */
  pkce: boolean;

  /** Between the scopes of a request, where it is no blank. */
  scope_separator?: ',';
  /** The parameter that has the scopes in the authorization request, where it is not `scope`. */
  scope_parameter?: string;
  /** What the authorization request needs besides. */
  authorization_params?: Readonly<Record<string, string>>;

  /** What the token and revocation endpoints need besides. */
  headers?: Readonly<Record<string, string>>;
  /** How the token endpoint knows the client, where not by parameters of the body (`client_secret_post`). */
  token_auth?: 'client_secret_basic';
  /** What the token endpoint reads, where it is no form. */
  token_body?: 'json';
  /** Where tokens are renewed, where not at `token_url`. */
  refresh_url?: string;
  /** The member that has the token, in the answer to a code, where it is not the answer itself. */
  token_within?: string;
  /**
   * What the vendor's own error codes mean, where they are not those of RFC 6749. `invalid_grant`: the code or refresh
   * token is worth nothing any more; `unreachable`: a later try may do.
   */
  error_kinds?: Readonly<Record<string, 'invalid_grant' | 'unreachable'>>;

  /** How a grant is given back, where not by its refresh token and as RFC 7009 has it. */
  revocation?: ProviderRevocation;
}

/** A request that gives a grant back by its access token. */
export interface ProviderRevocation {
  method?: 'DELETE';
  /** The parameter that has the token, where it is not `token`; `bearer`: the header `Authorization`. */
  access_token_as?: string;
  /** Where it is not as at the token endpoint. */
  token_auth?: 'client_secret_basic';
  /** Where it is not as at the token endpoint. */
  token_body?: 'json';
}
