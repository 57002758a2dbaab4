import { readFileSync } from 'node:fs';
import { cascade, explain, resolve } from './cascade.js';
import type { GivenCredentials } from './credentials.js';
import { credentialCases } from './testing/credential-cases.js';
import {
  describeExplanation,
  describeRows,
  describeServers,
  describeVault,
  type Case,
} from './testing/describe.js';
import { tiers } from './testing/factories.js';
import { mergeCases } from './testing/merge-cases.js';
import { selectionCases } from './testing/selection-cases.js';

const cases = [...selectionCases, ...mergeCases, ...credentialCases];

const cell = (lines: readonly string[]): string =>
  lines.length === 0 ? '–' : lines.map((line) => `\`${line}\``).join('<br>');

function tableRow(each: Case): string {
  const { title, rows, resolved, explained } = each;
  const state = [...describeRows(rows), ...describeVault(each)];
  return `| ${[title, cell(state), cell(resolved), cell(explained)].join(' | ')} |`;
}

const givenIn = ({ credentials = [], redacted }: Case): GivenCredentials =>
  redacted ? { plain: false, credentials } : { plain: true, credentials };

describe('the cases of docs/cascade.md', () => {
  it.each(cases.map((each) => [each.title, each] as const))('%s', (_title, each) => {
    const { rows, shows, resolved, explained } = each;
    const set = cascade(tiers(rows));
    expect(describeServers(resolve(set, givenIn(each)), shows)).toEqual(resolved);
    expect(describeExplanation(explain(set, givenIn(each)), shows)).toEqual(explained);
  });

  it('are the table there, word for word', () => {
    const page = readFileSync(new URL('../../../docs/cascade.md', import.meta.url), 'utf8');
    const table = page
      .slice(page.indexOf('| case |'))
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(table.slice(2)).toEqual(cases.map(tableRow));
  });
});
