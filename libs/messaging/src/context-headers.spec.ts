import { type CallContext, roles, ServiceError } from '@hawser/contracts';
import fc from 'fast-check';
import { checkMessage } from './bus.js';
import { contextToHeaders, headersToContext, requestIdIn } from './context-headers.js';

const system: CallContext = { requestId: 'r', actor: { kind: 'system', id: 'bindings' } };

// Lone surrogates have no UTF-8 form, so only well-formed text can come back as it was.
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('a\r\nhawser-actor: {}', '%', '%41', ' ', '\t', '\0', 'é', '😀', '__proto__'),
);
const contexts: fc.Arbitrary<CallContext> = fc.record(
  {
    requestId: text,
    workspaceId: text,
    idempotencyKey: text,
    actor: fc.record(
      {
        kind: fc.constantFrom('user' as const, 'service' as const, 'agent' as const, 'system' as const),
        id: text,
        user_id: text,
        agent_id: text,
        role: fc.constantFrom(...roles),
      },
      { requiredKeys: ['kind', 'id'] },
    ),
    agent: fc.record({ id: text, crew_id: fc.option(text), owner_id: fc.option(text) }),
  },
  { requiredKeys: ['requestId', 'actor'] },
);

/** The headers of a call with some fields of the context exchanged, or left out. */
function changed(fields: Record<string, unknown>): Record<string, string> {
  const headers = contextToHeaders(system, 1);
  const context = JSON.parse(headers['hawser-context'] ?? '') as object;
  return { ...headers, 'hawser-context': JSON.stringify({ ...context, ...fields }) };
}

describe('the headers of a call', () => {
  it('bring every context over, whatever is in it, in characters that any bus carries', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        const headers = contextToHeaders(context, 1);
        checkMessage('subject', { data: new Uint8Array(0), headers });
        const { traceparent, deadlineAtMs, ...rest } = headersToContext(headers);
        expect(rest).toEqual(context);
        expect(deadlineAtMs).toBe(1);
        expect(traceparent).toBeDefined();
      }),
    );
  });

  it('make a lone surrogate a replacement character rather than fail', () => {
    const headers = contextToHeaders({ ...system, workspaceId: 'a\ud800b' }, 1);
    expect(headersToContext(headers).workspaceId).toBe('a\ufffdb');
  });

  it('are readable, and begin and end with a visible character', () => {
    const headers = contextToHeaders({ ...system, workspaceId: 'ws_é ' }, 1_700_000_000_000);
    expect(headers['hawser-context']).toBe(
      '{"requestId":"r","workspaceId":"ws_\\u00e9 ","actor":{"kind":"system","id":"bindings"},"deadlineAtMs":1700000000000}',
    );
  });

  it('begin a new step of the trace, or a new trace', () => {
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { traceparent } = contextToHeaders({ ...system, traceparent: parent }, 1);
    expect(traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
    expect(contextToHeaders(system, 1).traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('ignore a traceparent that cannot be read', () => {
    const headers = { ...contextToHeaders(system, 1), traceparent: 'nonsense' };
    expect(headersToContext(headers)).not.toHaveProperty('traceparent');
  });

  it('keep only what is known of an actor', () => {
    const headers = contextToHeaders(
      { ...system, actor: { ...system.actor, admin: true } as CallContext['actor'] },
      1,
    );
    expect(headersToContext(headers).actor).toEqual(system.actor);
  });

  it.each([undefined, '', '{', 'null', '[]', '"text"'])('are malformed as a whole with %j', (text) => {
    const { traceparent = '' } = contextToHeaders(system, 1);
    const headers = { traceparent, ...(text === undefined ? {} : { 'hawser-context': text }) };
    expect(() => headersToContext(headers)).toThrow(ServiceError);
    expect(() => headersToContext(headers)).toThrow('hawser-context');
  });

  it.each<[string, unknown]>([
    ['requestId', undefined],
    ['requestId', ''],
    ['requestId', 7],
    ['workspaceId', null],
    ['workspaceId', {}],
    ['idempotencyKey', 7],
    ['actor', undefined],
    ['actor', null],
    ['actor', { kind: 'user' }],
    ['actor', { kind: 'user', id: 1 }],
    ['actor', { kind: 'user', id: '1', role: 'GOD' }],
    ['actor', { kind: 'user', id: '1', user_id: {} }],
    ['agent', null],
    ['agent', { id: '1', crew_id: 2, owner_id: null }],
  ])('are malformed with %s = %j, and say so', (field, value) => {
    const headers = changed({ [field]: value });
    expect(() => headersToContext(headers)).toThrow(ServiceError);
    expect(() => headersToContext(headers)).toThrow(field);
  });

  it('name the step of the trace that they are given', () => {
    const step = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';
    expect(contextToHeaders(system, 1, step).traceparent).toBe(step);
  });

  it.each(['soon', '', '1', null, -1, 1.5, 1e16])(
    'ignore a deadline that cannot be read: %j',
    (deadlineAtMs) => {
      expect(headersToContext(changed({ deadlineAtMs }))).not.toHaveProperty('deadlineAtMs');
    },
  );

  it('tell the request for a log line, also where nothing else can be read', () => {
    expect(requestIdIn(changed({}))).toBe('r');
    expect(requestIdIn({})).toBe('unknown');
  });
});
