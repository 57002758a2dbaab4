import { errorCodes } from '@hawser/contracts';
import * as bindings from '@hawser/contracts/bindings';
import * as directory from '@hawser/contracts/directory';
import * as probe from '@hawser/contracts/probe';
import * as vault from '@hawser/contracts/vault';

export const withDatabase = ['directory', 'bindings', 'vault'];
const services = [...withDatabase, 'probe'];
const subjects = [bindings, directory, probe, vault]
  .flatMap((part): unknown[] => Object.values(part))
  .flatMap((exported) => {
    const { subject } = Object(exported) as { subject?: string };
    return subject === undefined ? [] : [subject];
  });
const httpStatuses = [
  ...['200', '201', '304', '400', '401', '403', '404', '409', '413', '415', '422', '499'],
  ...['500', '502', '503', '504'],
];

/** All that a label can say, for the labels of which that is known. */
const valuesOf: Record<string, readonly string[]> = {
  service: ['gateway', 'standalone', ...services],
  schema: withDatabase,
  target: services,
  subject: subjects,
  code: ['ok', ...errorCodes],
  // Of an answer over HTTP, and of a test of a server.
  status: [...httpStatuses, ...probe.testStatuses],
  outcome: [
    ...['done', 'failed', 'dropped', 'ok', 'hit', 'miss'],
    ...['renewed', 'expired', 'refused', 'unreachable', 'superseded', 'lost'],
  ],
  // Why a call was not sent, and what was wrong with a server.
  reason: ['circuit', 'bulkhead', ...probe.testReasons],
  state: ['used', 'idle', 'waiting'],
  alertstate: ['pending', 'firing'],
};

/** The part of what a matcher asks for that no series has, however long one waits; undefined if there is none. */
export function hopelessPart(label: string, operator: string, value: string): string | undefined {
  const values = valuesOf[label];
  // Grafana's variables are filled in from what there is.
  if (values === undefined || value.includes('$')) return undefined;
  const parts = operator.endsWith('~') ? value.split('|') : [value];
  return parts.find((part) => !values.some((each) => matches(operator, part, each)));
}

function matches(operator: string, part: string, value: string): boolean {
  return operator.endsWith('~') ? new RegExp(`^(?:${part})$`).test(value) : part === value;
}
