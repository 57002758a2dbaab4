import { Logger } from '@nestjs/common';
import { NatsBus } from './nats-bus.js';
import { describeBus, type Transport } from './testing/bus-suite.js';
import { describeCancellation } from './testing/cancellation-suite.js';
import { describeHostileMessages } from './testing/hostile-suite.js';
import { describeService } from './testing/service-suite.js';

// Set by the medium tests' global setup, which starts a server if there is none.
const url = process.env.NATS_URL;
if (url === undefined) throw new Error('NATS_URL is not set: run these tests as `npm test` does');

Logger.overrideLogger(false);

function start(): Promise<Transport> {
  return Promise.resolve({
    connect: () => NatsBus.connect({ url: url as string, name: 'test' }),
    stop: () => Promise.resolve(),
  });
}

describeBus('the bus over NATS', start);
describeService('the bus over NATS', start);
describeHostileMessages('the bus over NATS', start);
describeCancellation('the bus over NATS', start);
