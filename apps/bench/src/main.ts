import { cpus } from 'node:os';
import { Started } from '@hawser/runtime';
import { tableOf, type Figure } from './figure.js';
import { credentialsFigure } from './figures/credentials.js';
import { manyBindingsFigure } from './figures/many-bindings.js';
import { probesFigure } from './figures/probes.js';
import { refreshStormFigure } from './figures/refresh-storm.js';
import { resolvedFigure } from './figures/resolved.js';
import { throughTheGateway } from './figures/through-the-gateway.js';

const rounds = 7;
const underLoad = { rounds, connections: 50, seconds: 4 };
const oneByOne = { rounds, connections: 1, seconds: 3 };

async function measured(figure: (started: Started) => Promise<Figure[]>): Promise<Figure[]> {
  const started = new Started();
  try {
    return await figure(started);
  } finally {
    await started.end();
  }
}

const processors = cpus();
process.stdout.write(
  `${processors.length} × ${processors[0]?.model ?? 'unknown'}, Node ${process.versions.node}; ${rounds} rounds a figure, ` +
    `${underLoad.connections} connections (latency: ${oneByOne.connections}); ratios are of the same round\n\n`,
);
const figures = [
  ...(await measured((started) => throughTheGateway(started, underLoad))),
  ...(await measured((started) => resolvedFigure(started, underLoad))),
  ...(await measured((started) => manyBindingsFigure(started, oneByOne))),
  ...(await measured((started) => credentialsFigure(started, underLoad))),
  ...(await measured((started) => probesFigure(started, underLoad))),
  ...(await measured((started) => refreshStormFigure(started, { rounds }))),
];
process.stdout.write(`${tableOf(figures)}\n`);
