import { setTimeout as delay } from 'node:timers/promises';
import { Broadcasts, BusClient } from '@hawser/messaging';
import {
  connectToNats,
  createLogger,
  OperationsServer,
  readEnvironment,
  runProgram,
  startMetrics,
  startTracingIfAsked,
  type Program,
} from '@hawser/runtime';
import { Logger } from '@nestjs/common';
import { gatewayVariables } from './config.js';
import { readOidcOptions } from './access/oidc/oidc-options.js';
import { closeGateway, createGateway, listen } from './gateway.js';

const quickWithinMs = 1_000;

runProgram(() => gatewayProgram(process.env));

function gatewayProgram(environment: NodeJS.ProcessEnv): Program {
  const config = readEnvironment(environment, gatewayVariables);
  const oidc = readOidcOptions(config);
  const logger = createLogger({ service: 'gateway', level: config.HAWSER_LOG_LEVEL });
  Logger.overrideLogger(logger);
  const log = (line: string): void => void logger.log(line, 'Program');
  return {
    drainSeconds: config.HAWSER_DRAIN_SECONDS,
    log,
    start: async (started) => {
      startMetrics('gateway');
      startTracingIfAsked('gateway', config, started);
      const address = { host: config.HAWSER_HOST, port: config.HAWSER_PORT };
      const bus = await healthMeanwhile(
        connectToNats({ url: config.NATS_URL, name: 'hawser-gateway' }),
        address,
      );
      started.add(bus, () => bus.close());
      const gateway = await createGateway({
        bus: new BusClient(bus),
        broadcasts: new Broadcasts(bus),
        corsOrigins: config.HAWSER_CORS_ORIGINS,
        logger,
        logRequests: ['debug', 'trace'].includes(config.HAWSER_LOG_LEVEL),
        oidc,
        publicUrl: config.HAWSER_PUBLIC_URL,
      });
      started.add(gateway, () => closeGateway(gateway));
      const url = await listen(gateway, address);
      log(`ready at ${url}`);
    },
  };
}

/** While NATS is away it can be asked for its health. Whoever asks as the gateway takes over is cut off: seldom, then. */
async function healthMeanwhile<T>(
  connecting: Promise<T>,
  address: { host: string; port: number },
): Promise<T> {
  const isQuick = await Promise.race([
    connecting.then(() => true),
    delay(quickWithinMs, false, { ref: false }),
  ]);
  if (isQuick) return connecting;
  const waiting = await OperationsServer.start({
    ...address,
    checks: { bus: () => Promise.reject(new Error('NATS cannot be reached yet')) },
    elsewhere: 503,
  });
  return connecting.finally(() => waiting.close());
}
