import type { Bus } from '@hawser/messaging';
import type { DynamicModule } from '@nestjs/common';
import type { CleanedEnv } from 'envalid';
import { readEnvironment, type VariableSpecs } from './environment.js';
import type { programVariables } from './program-variables.js';
import { runProgram } from './program.js';
import { serve } from './serve.js';
import { serviceProgram } from './service-program.js';

type Config = CleanedEnv<typeof programVariables>;

export interface StatelessServiceParts<Variables extends VariableSpecs> {
  /** How it reaches the others. */
  bus: Bus;
  /** What it was told. */
  config: CleanedEnv<Variables>;
}

export interface StatelessService<Variables extends VariableSpecs> {
  /** Of the service on the bus, in metrics, logs and traces. */
  name: string;
  environment: NodeJS.ProcessEnv;
  /** All that it can be told: `programVariables` and its own. */
  variables: Variables & typeof programVariables;
  /** What it makes is closed by its `onApplicationShutdown`, when all that the service has taken is finished. */
  module: (parts: StatelessServiceParts<Variables>) => DynamicModule;
}

/**
 * Runs a service that keeps nothing as a program of its own, over NATS: waits until that is there, serves until it is
 * asked to stop, and then finishes what it has taken. It consumes no events, for it has no inbox to know them again by.
 */
export function runStatelessService<Variables extends VariableSpecs>({
  name,
  environment,
  variables,
  module,
}: StatelessService<Variables>): void {
  runProgram(() => {
    const config = readEnvironment(environment, variables) as CleanedEnv<Variables> & Config;
    return serviceProgram({
      name,
      config,
      checks: {},
      start: ({ bus, logger }) => serve({ service: name, module: module({ bus, config }), bus, logger }),
    });
  });
}
