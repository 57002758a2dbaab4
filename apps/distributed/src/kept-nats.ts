import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedNats } from '@hawser/embedded-nats';
import type { Backing } from './backing.js';
import { backoffMs } from './backoff.js';
import { freePort } from './ports.js';

const loopback = '127.0.0.1';

export interface KeptNatsOptions {
  storeDir: string;
  /** Takes a line about the server. */
  say: (line: string) => void;
  /** Called when another process serves, or none. */
  changed: () => void;
}

/** The embedded NATS server, started again at the same address when it ends by itself. */
export class KeptNats implements Backing {
  readonly url: string;
  private readonly stopping = new AbortController();
  private restarting: Promise<void> | undefined;
  private current: EmbeddedNats | undefined;

  private constructor(
    server: EmbeddedNats,
    private readonly options: KeptNatsOptions,
  ) {
    this.url = server.url;
    this.keep(server);
  }

  static async start(options: KeptNatsOptions): Promise<KeptNats> {
    const { storeDir, say } = options;
    // One that nobody else is given while the server is being started again.
    const port = await freePort(loopback);
    return new KeptNats(await EmbeddedNats.start({ storeDir, port, log: say }), options);
  }

  /** Null while it is being started again. */
  readonly pid = (): number | null => this.current?.pid ?? null;

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.restarting;
    await this.current?.stop();
  }

  private keep(server: EmbeddedNats): void {
    this.current = server;
    void server.exited.then(() => {
      if (this.stopping.signal.aborted) return;
      this.current = undefined;
      this.options.changed();
      this.restarting = this.restart();
    });
  }

  private async restart(): Promise<void> {
    const { storeDir, say, changed } = this.options;
    const { signal } = this.stopping;
    for (let attempt = 1; ; attempt++) {
      const waitMs = backoffMs(attempt);
      say(`NATS ended by itself and is started again in ${waitMs / 1000} s.`);
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        this.keep(await EmbeddedNats.start({ storeDir, port: Number(new URL(this.url).port), log: say }));
        changed();
        return say(`NATS is back: process ${this.pid()} at ${this.url}.`);
      } catch (error) {
        say(`NATS is not back: ${(error as Error).message}`);
      }
    }
  }
}
