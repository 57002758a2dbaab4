import OAuth2Strategy from 'passport-oauth2';
import type { OAuthClient, OAuthServer } from './oauth-server.js';
import type { TokenAnswer } from './token-answer.js';

/** The one request to the token endpoint, by whatever way is safe. */
export type AskForTokens = (url: string, params: URLSearchParams) => Promise<TokenAnswer>;

/** State and code verifier, which the flow made and keeps. */
interface FlowSecrets {
  state?: string;
  codeVerifier?: string;
}

interface RunOptions {
  callbackURL: string;
  scope?: string[];
  params?: Record<string, string>;
}

type Settled<T> = (error: unknown, value?: T) => void;

/**
 * passport-oauth2 for one request, with no HTTP framework around it: the callbacks of the strategy settle a promise.
 * Its own HTTP client, which has no limits and goes round the guarded egress, is replaced.
 */
export class ProviderStrategy extends OAuth2Strategy {
  constructor(
    server: OAuthServer,
    client: OAuthClient,
    tokenUrl: string,
    ask: AskForTokens,
    flow: FlowSecrets,
  ) {
    super(
      {
        authorizationURL: server.authorization_url,
        tokenURL: tokenUrl,
        clientID: client.clientId,
        clientSecret: client.clientSecret ?? '',
        scopeSeparator: server.provider?.scope_separator ?? ' ',
        skipUserProfile: true,
        store: storeOf(flow),
      },
      (
        accessToken: string,
        refreshToken: string,
        results: TokenAnswer,
        _profile: unknown,
        done: Settled<TokenAnswer>,
      ) => done(null, { ...results, access_token: accessToken, refresh_token: refreshToken }),
    );
    Object.assign(this._oauth2, { _request: requestBy(ask) });
  }

  override authorizationParams({ params = {} }: RunOptions): Record<string, string> {
    return params;
  }

  /** Where it sends the browser. */
  authorizationUrl(options: RunOptions): Promise<string> {
    return new Promise((resolve, reject) => this.run({}, options, { redirect: resolve, error: reject }));
  }

  exchange(code: string, options: RunOptions): Promise<TokenAnswer> {
    return new Promise((resolve, reject) =>
      this.run({ code }, options, { success: resolve, error: (error) => reject(causeOf(error)) }),
    );
  }

  /** The strategy has no refresh, but its OAuth 2.0 client has. */
  refresh(refreshToken: string): Promise<TokenAnswer> {
    return new Promise((resolve, reject) =>
      this._oauth2.getOAuthAccessToken(
        refreshToken,
        { grant_type: 'refresh_token' },
        (error, accessToken = '', newRefreshToken, results: TokenAnswer) =>
          error === null
            ? resolve({ ...results, access_token: accessToken, refresh_token: newRefreshToken })
            : reject(causeOf(error as unknown as Error)),
      ),
    );
  }

  /** Passport runs a copy of a strategy for each request too, with the outcomes as its methods. */
  private run(query: Record<string, string>, options: RunOptions, outcomes: Outcomes): void {
    const fail = (challenge: unknown): void =>
      outcomes.error(new Error(`the strategy failed: ${JSON.stringify(challenge)}`));
    const strategy = Object.assign(Object.create(this) as ProviderStrategy, { fail, ...outcomes });
    strategy.authenticate({ query } as never, options);
  }
}

interface Outcomes {
  redirect?: (url: string) => void;
  success?: (answer: TokenAnswer) => void;
  error: (error: Error) => void;
}

/** It hands out what it was given. The strategy calls it by the number of its parameters. */
function storeOf({ state, codeVerifier }: FlowSecrets): OAuth2Strategy.StateStore {
  const store = {
    store: (_request: unknown, _verifier: unknown, _state: unknown, _meta: unknown, done: Settled<string>) =>
      done(null, state),
    verify: (_request: unknown, _state: unknown, _meta: unknown, done: Settled<string>) =>
      done(null, codeVerifier),
  };
  return store as unknown as OAuth2Strategy.StateStore;
}

/** In place of `OAuth2._request`: the parameters are its work, the connection is not. */
function requestBy(ask: AskForTokens) {
  return (
    _method: string,
    url: string,
    _headers: object,
    body: string,
    _token: null,
    done: Settled<string>,
  ) => void ask(url, new URLSearchParams(body)).then((answer) => done(null, JSON.stringify(answer)), done);
}

/** The strategy wraps what its client reports. */
function causeOf(error: Error & { oauthError?: Error }): Error {
  return error.oauthError ?? error;
}
