import { Logger } from '@nestjs/common';
import { MemoryHub } from './memory-bus.js';
import { describeBus, type Transport } from './testing/bus-suite.js';
import { describeCancellation } from './testing/cancellation-suite.js';
import { describeHostileMessages } from './testing/hostile-suite.js';
import { describeService } from './testing/service-suite.js';

Logger.overrideLogger(false);

function start(): Promise<Transport> {
  const hub = new MemoryHub();
  return Promise.resolve({ connect: () => Promise.resolve(hub.connect()), stop: () => Promise.resolve() });
}

describeBus('the bus within a process', start);
describeService('the bus within a process', start);
describeHostileMessages('the bus within a process', start);
describeCancellation('the bus within a process', start);
