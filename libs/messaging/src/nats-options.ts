import type { NodeConnectionOptions } from '@nats-io/transport-node';

export interface NatsBusOptions {
  /** `nats://host:port` or `tls://…`, several with commas between; `user:password@` or `token@` as in any URL. */
  url: string;
  /** Shown by the server's monitoring. */
  name: string;
}

// A server that is gone without a word is noticed after the third ping in a row without an answer: 15 to 20 s.
const pingIntervalMs = 5_000;
const unansweredPings = 2;
const dialWithinMs = 5_000;
// Between tries. Apart from each other, so that the processes of a system do not come back all at once.
const retryAfterMs = 250;
const retryJitterMs = 750;

/**
 * What the NATS client is told: to wait for the server for ever, at start and after.
 * @throws TypeError the URL cannot be read
 */
export function natsOptions({ url, name }: NatsBusOptions): NodeConnectionOptions {
  const urls = url.split(',').map((part) => new URL(part.trim()));
  return {
    servers: urls.map(({ host }) => host),
    name,
    ...credentials(urls),
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: retryAfterMs,
    reconnectJitter: retryJitterMs,
    reconnectJitterTLS: retryJitterMs,
    pingInterval: pingIntervalMs,
    maxPingOut: unansweredPings,
    timeout: dialWithinMs,
    // A stack trace for each request costs more than the request.
    noAsyncTraces: true,
  };
}

/** The client takes them for all servers at once, and not from the URL. */
function credentials(urls: URL[]): NodeConnectionOptions {
  const url = urls.find(({ username }) => username !== '');
  if (url === undefined) return {};
  const user = decodeURIComponent(url.username);
  return url.password === '' ? { token: user } : { user, pass: decodeURIComponent(url.password) };
}
