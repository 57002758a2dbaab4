import { setTimeout as delay } from 'node:timers/promises';
import { Distributed } from './distributed.js';
import { residentMiB } from './processes.js';
import type { ProgramRun } from './program-run.js';

const sampleMs = 100;

/** Resident memory of one process, in MiB. */
export interface Memory {
  name: string;
  before: number;
  peak: number;
  after: number;
}

/** How much the system's own processes take while the work goes on; NATS and PostgreSQL are not among them. */
export async function memoryDuring(system: ProgramRun, begin: () => Promise<unknown>): Promise<Memory[]> {
  const pids = [...pidsOf(system)];
  const resident = (): Promise<number[]> => Promise.all(pids.map(([, pid]) => residentMiB(pid)));
  const before = await resident();
  let peaks = before;
  let running = true;
  const work = begin().finally(() => (running = false));
  while (running) {
    const now = await resident();
    peaks = peaks.map((peak, index) => Math.max(peak, now[index] ?? 0));
    await delay(sampleMs);
  }
  await work;
  const after = await resident();
  return pids.map(([name], index) => ({
    name,
    before: Math.round(before[index] ?? 0),
    peak: Math.round(peaks[index] ?? 0),
    after: Math.round(after[index] ?? 0),
  }));
}

function pidsOf(system: ProgramRun): Map<string, number> {
  if (!(system instanceof Distributed)) return new Map([['standalone', system.process.pid as number]]);
  const pids = system.files.pids();
  for (const server of ['nats', 'postgres']) pids.delete(server);
  return pids;
}
