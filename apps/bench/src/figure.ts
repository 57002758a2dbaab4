import { spreadOf, type Spread } from './statistics.js';
import type { Measured } from './load.js';

/** One comparison of the table. */
export interface Figure {
  name: string;
  floorName: string;
  /** Ours against the floor, of each round. */
  ratio: Spread;
  ours: string;
  floor: string;
  target: string;
  met: boolean;
}

interface Compared {
  name: string;
  floorName: string;
  ours: readonly Measured[];
  floor: readonly Measured[];
}

const perSecond = (measured: readonly Measured[]): string =>
  `${Math.round(spreadOf(measured.map((one) => one.requestsPerSecond)).median)}/s`;

const milliseconds = (measured: readonly Measured[]): string =>
  `${spreadOf(measured.map((one) => one.latencyMs)).median.toFixed(2)} ms`;

/** How much of the floor's throughput is left; 1 would be all of it. */
export function throughputFigure({ name, floorName, ours, floor }: Compared, atLeast: number): Figure {
  const ratio = spreadOf(
    ours.map((one, round) => one.requestsPerSecond / at(floor, round).requestsPerSecond),
  );
  return {
    name,
    floorName,
    ratio,
    ours: perSecond(ours),
    floor: perSecond(floor),
    target: `≥ ${atLeast}`,
    met: ratio.median >= atLeast,
  };
}

/** How many times the floor's latency ours is. */
export function latencyFigure({ name, floorName, ours, floor }: Compared, atMost: number): Figure {
  const ratio = spreadOf(ours.map((one, round) => one.latencyMs / at(floor, round).latencyMs));
  return {
    name,
    floorName,
    ratio,
    ours: milliseconds(ours),
    floor: milliseconds(floor),
    target: `≤ ${atMost}`,
    met: ratio.median <= atMost,
  };
}

function at(measured: readonly Measured[], round: number): Measured {
  const one = measured[round];
  if (one === undefined) throw new Error(`there is no round ${round}`);
  return one;
}

/** The figures as a Markdown table. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, floorName, ratio, ours, floor, target, met }) => [
    name,
    ours,
    floorName,
    floor,
    ratio.median.toFixed(2),
    `${ratio.lowest.toFixed(2)} to ${ratio.highest.toFixed(2)}`,
    target,
    met ? 'yes' : 'no',
  ]);
  const header = ['figure', 'ours', 'floor', 'its', 'ratio (median)', 'range', 'target', 'met'];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
