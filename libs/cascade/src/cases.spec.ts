import { readFileSync } from 'node:fs';
import { explain, resolve } from './cascade.js';
import { describeExplanation, describeRows, describeServers, type Case } from './testing/describe.js';
import { tiers } from './testing/factories.js';
import { mergeCases } from './testing/merge-cases.js';
import { selectionCases } from './testing/selection-cases.js';

const cases = [...selectionCases, ...mergeCases];

const cell = (lines: readonly string[]): string =>
  lines.length === 0 ? '–' : lines.map((line) => `\`${line}\``).join('<br>');

function tableRow({ title, rows, resolved, explained }: Case): string {
  return `| ${[title, cell(describeRows(rows)), cell(resolved), cell(explained)].join(' | ')} |`;
}

describe('the cases of docs/cascade.md', () => {
  it.each(cases.map((each) => [each.title, each] as const))(
    '%s',
    (_title, { rows, shows, resolved, explained }) => {
      expect(describeServers(resolve(tiers(rows)), shows)).toEqual(resolved);
      expect(describeExplanation(explain(tiers(rows)), shows)).toEqual(explained);
    },
  );

  it('are the table there, word for word', () => {
    const page = readFileSync(new URL('../../../docs/cascade.md', import.meta.url), 'utf8');
    const table = page.split('\n').filter((line) => line.startsWith('|'));
    expect(table.slice(2)).toEqual(cases.map(tableRow));
  });
});
