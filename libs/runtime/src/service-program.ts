import type { Bus, NatsBus } from '@hawser/messaging';
import { Logger, type INestMicroservice, type LoggerService } from '@nestjs/common';
import type { CleanedEnv } from 'envalid';
import { createLogger } from './logger.js';
import { startMetrics } from './metrics.js';
import { connectToNats } from './nats.js';
import { OperationsServer } from './operations-server.js';
import type { programVariables } from './program-variables.js';
import type { Program } from './program.js';
import type { Started } from './started.js';
import { startTracingIfAsked } from './tracing.js';

export interface ServiceProgram {
  /** Of the service on the bus, in metrics, logs and traces. */
  name: string;
  config: CleanedEnv<typeof programVariables>;
  /** What has to work besides the bus, asked for once it serves. */
  checks: Record<string, (app: INestMicroservice) => Promise<unknown>>;
  /** Starts the service on the bus. `asked` aborts when it is to stop. */
  start: (on: { bus: NatsBus; logger: LoggerService; asked: AbortSignal }) => Promise<INestMicroservice>;
  /** Runs when it serves; ready or not does not wait for it. */
  serving?: (app: INestMicroservice) => Promise<void>;
}

/** What the programs of all services have alike: logs, metrics, traces, health, and the bus over NATS. */
export function serviceProgram({ name, config, checks, start, serving }: ServiceProgram): Program {
  const logger = createLogger({ service: name, level: config.HAWSER_LOG_LEVEL });
  Logger.overrideLogger(logger);
  const log = (line: string): void => void logger.log(line, 'Program');
  const startAll = async (started: Started, asked: AbortSignal): Promise<void> => {
    startMetrics(name);
    startTracingIfAsked(name, config, started);
    const state: { bus?: Bus; app?: INestMicroservice } = {};
    const app = (): INestMicroservice => need(state.app, 'not serving yet');
    const ofService = Object.entries(checks).map(([what, check]) => [what, () => check(app())] as const);
    const operations = await OperationsServer.start({
      host: config.HAWSER_HOST,
      port: config.HAWSER_PORT,
      checks: {
        bus: () => need(state.bus, 'NATS cannot be reached yet').flush(),
        ...Object.fromEntries(ofService),
        running: () => (asked.aborted ? Promise.reject(new Error('is stopping')) : Promise.resolve(app())),
      },
    });
    started.add(operations, () => operations.close());
    log(`health and metrics at ${operations.url}`);

    const bus = await connectToNats({ url: config.NATS_URL, name: `hawser-${name}` });
    state.bus = started.add(bus, () => bus.close());
    state.app = started.add(await start({ bus, logger, asked }), (it) => it.close());
    log('ready');
    void serving?.(state.app).catch((error: unknown) => void logger.error(error, 'Program'));
  };
  return { start: startAll, drainSeconds: config.HAWSER_DRAIN_SECONDS, log };
}

function need<T>(thing: T | undefined, otherwise: string): T {
  if (thing === undefined) throw new Error(otherwise);
  return thing;
}
