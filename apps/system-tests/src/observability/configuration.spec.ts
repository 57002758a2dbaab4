import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindingsVariables } from '@hawser/bindings';
import { directoryVariables } from '@hawser/directory';
import { gatewayVariables } from '@hawser/gateway';
import { probeVariables } from '@hawser/probe';
import { vaultVariables } from '@hawser/vault';
import { workspaceRoot } from '../architecture/services.js';

const text = readFileSync(join(workspaceRoot, 'docs/configuration.md'), 'utf8');
const rows = (text.split('## Services of their own')[1]?.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** The variables that the handbook says are taken by one of these. */
const takenBy = (...takers: string[]): string[] =>
  rows
    .filter(([, , taken = '']) => taken.split(', ').some((taker) => takers.includes(taker)))
    .flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name))
    .sort();

describe('the handbook lists the variables', () => {
  it('of the gateway', () => {
    expect(takenBy('all', 'gateway')).toEqual(Object.keys(gatewayVariables).sort());
  });

  it('of the services', () => {
    expect(takenBy('all', 'directory')).toEqual(Object.keys(directoryVariables).sort());
    expect(takenBy('all', 'bindings')).toEqual(Object.keys(bindingsVariables).sort());
    expect(takenBy('all', 'probe')).toEqual(Object.keys(probeVariables).sort());
    expect(takenBy('all', 'vault')).toEqual(Object.keys(vaultVariables).sort());
  });

  it('and who takes each', () => {
    expect(new Set(rows.flatMap(([, , taken = '']) => taken.split(', ')))).toEqual(
      new Set(['all', 'directory', 'bindings', 'vault', 'probe', 'gateway']),
    );
  });
});
