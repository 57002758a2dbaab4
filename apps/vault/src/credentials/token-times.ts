const second = 1_000;
const minute = 60 * second;
/** So long before its end a token is given out no more without having been renewed; of a short life it is half. */
const staleBeforeMs = 5 * minute;
/** The worker begins up to so much earlier, so that tokens of one moment are not renewed all at once. */
const jitterMs = 5 * minute;
/** Longer lives are as good as this one, and dates do not go on for ever. */
const maxLifetimeS = 10 * 365 * 86_400;

/** As in the columns of a credential. */
export interface TokenTimes {
  expires_at: Date | null;
  stale_at: Date | null;
  refresh_at: Date | null;
}

/**
 * When an access token that came `now` ends, is to be renewed before it is given out, and is to be renewed by the worker.
 * @param expiresInS as the token endpoint says; null: never
 * @param random from 0 up to, not including, 1
 */
export function tokenTimes(now: Date, expiresInS: number | null, random: number): TokenTimes {
  if (expiresInS === null) return { expires_at: null, stale_at: null, refresh_at: null };
  const lifetimeMs = Math.min(Math.max(expiresInS, 0), maxLifetimeS) * second;
  const expiresAtMs = now.getTime() + lifetimeMs;
  const staleAtMs = expiresAtMs - Math.min(staleBeforeMs, lifetimeMs / 2);
  const refreshAtMs = staleAtMs - random * Math.min(jitterMs, lifetimeMs / 4);
  return {
    expires_at: new Date(expiresAtMs),
    stale_at: new Date(staleAtMs),
    refresh_at: new Date(refreshAtMs),
  };
}
