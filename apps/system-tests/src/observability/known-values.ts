import { errorCodes } from '@hawser/contracts';
import * as bindings from '@hawser/contracts/bindings';
import * as directory from '@hawser/contracts/directory';

const services = ['directory', 'bindings'];
const subjects = [...Object.values(bindings), ...Object.values(directory)].flatMap((exported) =>
  'subject' in exported ? [exported.subject] : [],
);

/** All that a label can say, for the labels of which that is known. */
const valuesOf: Record<string, readonly string[]> = {
  service: ['gateway', 'standalone', ...services],
  schema: services,
  target: services,
  subject: subjects,
  code: ['ok', ...errorCodes],
  status: ['200', '201', '304', '400', '401', '403', '404', '409', '413', '415', '422', '500', '503', '504'],
  outcome: ['done', 'failed', 'dropped', 'ok', 'hit', 'miss'],
  reason: ['circuit', 'bulkhead'],
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
