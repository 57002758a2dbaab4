import type { AnyBroadcast, AnyEvent, AnyRpc } from '@hawser/contracts';
import * as bindings from '@hawser/contracts/bindings';
import * as directory from '@hawser/contracts/directory';
import * as probe from '@hawser/contracts/probe';
import * as vault from '@hawser/contracts/vault';
import { maxPayloadBytes } from '@hawser/messaging';

export interface Malformed {
  subject: string;
  kind: 'rpc' | 'event' | 'broadcast';
  headers: Record<string, string>;
  body: Uint8Array;
}

type Contract = AnyRpc | AnyEvent | AnyBroadcast;
type Message = Pick<Malformed, 'subject' | 'kind'>;

const contracts: readonly Message[] = [bindings, directory, probe, vault].flatMap((part: object) =>
  Object.values(part).filter((value: Partial<Contract>): value is Contract => value.kind !== undefined),
);
/** They have no contract: the bus itself sends them to services whose calls can be cancelled. */
const cancellations = ['probe', 'vault'].map((service): Message => ({
  subject: `hawser.broadcast.${service}.call.cancelled.v1`,
  kind: 'broadcast',
}));

/** Every message that there is. */
export const messages: readonly Message[] = [...contracts, ...cancellations];

const bytes = (text: string): Uint8Array => Buffer.from(text);
const nested = (depth: number, open: string, close: string): string =>
  open.repeat(depth) + close.repeat(depth);
/** Room for headers. */
const largestText = 'x'.repeat(maxPayloadBytes - 256 * 1024);

/** No contract takes any of these. */
const badBodies: readonly Uint8Array[] = [
  new Uint8Array(0),
  Uint8Array.from({ length: 300 }, (_, index) => (index * 167) % 256),
  Uint8Array.of(0xc3, 0x28),
  Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
  ...[
    'null',
    'true',
    '42',
    '1e999',
    '"text"',
    '[]',
    '[{}]',
    '{',
    '{"a":}',
    '{} {}',
    '\u0000{}',
    '{"field_of_nobody":1}',
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"toString":"x","hasOwnProperty":1}',
    '{"id":{"$ne":null},"name":["x"],"workspace_id":{},"data":[]}',
    '{"id":"evt_x","subject":"x","occurred_at":"never","workspace_id":"x","actor":{},"request_id":"x","data":{}}',
    '{"id":"evt_x","subject":"x","occurred_at":"2026-01-01T00:00:00Z","workspace_id":"x","request_id":"x",' +
      '"actor":{"kind":"system","id":"x"},"data":{"entity":1,"fact":"exploded","id":null}}',
    `{"deep":${nested(100_000, '[', ']')}}`,
    nested(50_000, '{"a":', '').concat('1', '}'.repeat(50_000)),
    `{"keys":{${Array.from({ length: 5_000 }, (_, index) => `"k${index}":${index}`).join(',')}}}`,
    `{"items":[${'0,'.repeat(50_000)}0]}`,
  ].map(bytes),
];
const hugeBodies: readonly Uint8Array[] = [
  `{"huge":"${largestText}"}`,
  `"${largestText}"`,
  largestText,
  `{"huge":[${'0,'.repeat(largestText.length / 2 - 10)}0]}`,
].map(bytes);

const actor = { kind: 'service', id: 'tok_drill', role: 'OWNER' };
const contextHeader = (context: unknown): Record<string, string> => ({
  'hawser-context': typeof context === 'string' ? context : JSON.stringify(context),
});

/** A request with any of these is refused, whatever is in it. */
const badHeaders: readonly Record<string, string>[] = [
  {},
  ...[
    '',
    '{',
    'null',
    '[]',
    '{}',
    nested(10_000, '[', ']'),
    { requestId: 'drill' },
    { actor },
    { requestId: '', actor },
    { requestId: { $ne: null }, actor },
    ...[null, [], {}, 'x', { kind: 'god', id: 'x' }, { kind: 'user' }].map((absurd) => ({
      requestId: 'drill',
      actor: absurd,
    })),
    { requestId: 'drill', actor, workspaceId: 7 },
    { requestId: 'drill', actor, agent: { id: 7 } },
    { requestId: 'drill', actor, deadlineAtMs: 1 },
  ].map(contextHeader),
];
/** JetStream stores no event whose headers together have more than 64 KiB, and two may be that long. */
const longText = 'x'.repeat(30_000);

/** Added to a context that is in order: these are taken, or left out. */
const oddContexts: readonly object[] = [
  {},
  { deadlineAtMs: 1e300 },
  { deadlineAtMs: 'soon' },
  { idempotencyKey: 'k'.repeat(10_000) },
  { agent: { id: 'agt_nobody', crew_id: null, owner_id: null } },
  { padding: longText },
];
const oddHeaders: readonly Record<string, string>[] = [
  {},
  { traceparent: '00-00000000000000000000000000000000-0000000000000000-ff' },
  { traceparent: longText },
  { 'hawser-call': longText },
  Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x-header-${index}`, 'x'])),
];

const hugeEvery = 500;
const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/**
 * The message of a turn, counted from 0: every subject in turn, each with all bodies and headers.
 * @param workspaceId one that is there, so that nothing is refused merely for naming none
 */
export function malformed(turn: number, workspaceId: string): Malformed {
  const { subject, kind } = pick(messages, turn);
  const round = Math.floor(turn / messages.length);
  const body = turn % hugeEvery === 0 ? pick(hugeBodies, turn / hugeEvery) : pick(badBodies, round);
  // Every third time the headers are the fault, and for a request perhaps nothing else.
  if (round % 3 > 0) {
    const context = { requestId: 'drill', actor, workspaceId, ...pick(oddContexts, round) };
    return { subject, kind, body, headers: { ...contextHeader(context), ...pick(oddHeaders, turn) } };
  }
  const third = round / 3;
  const alone = kind === 'rpc' && third % 2 === 0;
  return { subject, kind, headers: pick(badHeaders, third), body: alone ? bytes('{}') : body };
}
