/**
 * `invalid_grant`: the code or the refresh token is worth nothing any more; `unreachable`: the network, the time limit, a
 * 5xx or 429, so a later try may do; `refused`: all else, which somebody has to mend.
 */
export type TokenEndpointFailure = 'invalid_grant' | 'refused' | 'unreachable';

/** The message is for a person and holds no code, token or secret. */
export class TokenEndpointError extends Error {
  override readonly name = 'TokenEndpointError';

  constructor(
    readonly kind: TokenEndpointFailure,
    message: string,
  ) {
    super(message);
  }
}
