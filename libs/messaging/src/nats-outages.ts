import { Logger } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { Counter, Gauge } from 'prom-client';
import { stackOf } from './stack-of.js';

const connectedGauge = new Gauge({
  name: 'hawser_bus_connected',
  help: 'Whether the process has a connection to NATS (1) or not (0)',
});
const reconnects = new Counter({
  name: 'hawser_bus_reconnects_total',
  help: 'How often the process has found its way back to NATS',
});

/** Watches a connection to NATS: whether the server is there, and who wants to know when that changes. */
export class NatsOutages {
  private readonly logger = new Logger('NatsBus');
  private readonly listeners: (() => void)[] = [];
  private there = true;

  constructor(private readonly connection: NatsConnection) {
    connectedGauge.set(1);
    void this.watch();
  }

  get connected(): boolean {
    return this.there;
  }

  /** Calls back when the server is lost, and when it is back. */
  add(listener: () => void): void {
    this.listeners.push(listener);
  }

  private async watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.logger.warn(`lost the NATS server ${status.server}`);
        this.turn(false);
      }
      if (status.type === 'reconnect') {
        this.logger.log(`back at the NATS server ${status.server}`);
        reconnects.inc();
        this.turn(true);
      }
      if (status.type === 'staleConnection') abandon(this.connection);
      if (status.type === 'error')
        this.logger.error('the NATS server refuses something', stackOf(status.error));
    }
    const error = await this.connection.closed();
    if (error) this.logger.error('the connection to NATS has ended for good', stackOf(error));
    this.turn(false);
  }

  private turn(there: boolean): void {
    this.there = there;
    connectedGauge.set(there ? 1 : 0);
    for (const listener of this.listeners) {
      try {
        listener();
      } catch (error) {
        this.logger.error('a listener for outages has failed', stackOf(error));
      }
    }
  }
}

/** As the client has it inside; nothing of this is in its interface. */
interface Inside {
  protocol?: { transport?: { close?(reason: Error): Promise<void> } };
}

/**
 * The client leaves a connection that answers no pings only after writing what it still holds, which never ends where
 * the network is gone and the buffers are full.
 */
function abandon(connection: NatsConnection & Inside): void {
  void connection.protocol?.transport?.close?.(new Error('the NATS server answers no pings'));
}
