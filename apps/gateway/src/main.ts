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
      const waiting = await OperationsServer.start({
        ...address,
        checks: { bus: () => Promise.reject(new Error('NATS cannot be reached yet')) },
        elsewhere: 503,
      });
      const bus = await connectToNats({ url: config.NATS_URL, name: 'hawser-gateway' }).finally(() =>
        waiting.close(),
      );
      started.add(bus, () => bus.close());
      const gateway = await createGateway({
        bus: new BusClient(bus),
        broadcasts: new Broadcasts(bus),
        corsOrigins: config.HAWSER_CORS_ORIGINS,
        logger,
        logRequests: ['debug', 'trace'].includes(config.HAWSER_LOG_LEVEL),
        oidc,
      });
      started.add(gateway, () => closeGateway(gateway));
      const url = await listen(gateway, address);
      log(`ready at ${url}`);
    },
  };
}
