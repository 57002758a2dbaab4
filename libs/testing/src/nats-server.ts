import { EmbeddedNats } from '@hawser/embedded-nats';

export interface NatsServer {
  url: string;
  /** Ends the server and removes its files; does nothing to a server that was there before. */
  stop(): Promise<void>;
}

/**
 * A NATS server with JetStream for tests: the one at `NATS_URL`, else an embedded one.
 * @throws Error none could be had; the message says what was tried and what to do
 */
export async function startNatsServer(): Promise<NatsServer> {
  const given = process.env.NATS_URL;
  return given ? { url: given, stop: () => Promise.resolve() } : EmbeddedNats.start();
}
