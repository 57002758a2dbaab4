import { type CallContext, roles, ServiceError } from '@hawser/contracts';
import fc from 'fast-check';
import { checkMessage } from './bus.js';
import { contextToHeaders, headersToContext, lateByMs } from './context-headers.js';

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

describe('the headers of a call', () => {
  it('bring every context over, whatever is in it, in characters that any bus carries', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        const headers = contextToHeaders(context, 1);
        checkMessage('subject', { data: new Uint8Array(0), headers });
        const { traceparent, ...rest } = headersToContext(headers);
        expect(rest).toEqual(context);
        expect(traceparent).toBeDefined();
      }),
    );
  });

  it('make a lone surrogate a replacement character rather than fail', () => {
    const headers = contextToHeaders({ ...system, workspaceId: 'a\ud800b' }, 1);
    expect(headersToContext(headers).workspaceId).toBe('a\ufffdb');
  });

  it('leave ordinary ids readable', () => {
    const headers = contextToHeaders(
      { ...system, requestId: 'req_01:a/b', workspaceId: 'ws_1' },
      1_700_000_000_000,
    );
    expect(headers).toMatchObject({
      'x-request-id': 'req_01:a/b',
      'hawser-workspace': 'ws_1',
      'hawser-actor': '{"kind":"system","id":"bindings"}',
      'hawser-deadline': '1700000000000',
    });
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

  it.each([
    ['x-request-id', undefined],
    ['x-request-id', ''],
    ['x-request-id', '%ff'],
    ['hawser-workspace', '%'],
    ['hawser-actor', undefined],
    ['hawser-actor', 'null'],
    ['hawser-actor', '{"kind":"user"}'],
    ['hawser-actor', '{"kind":"user","id":1}'],
    ['hawser-actor', '{"kind":"user","id":"1","role":"GOD"}'],
    ['hawser-actor', '{"kind":"user","id":"1","user_id":{}}'],
    ['hawser-agent', '{"id":"1","crew_id":2,"owner_id":null}'],
  ])('are malformed with %s = %s, and say so', (name, value) => {
    const headers = contextToHeaders(system, 1);
    if (value === undefined) delete headers[name];
    else headers[name] = value;
    expect(() => headersToContext(headers)).toThrow(ServiceError);
    expect(() => headersToContext(headers)).toThrow(name);
  });

  it('tell by how much a message is late', () => {
    expect(lateByMs(contextToHeaders(system, 1_000), 1_250)).toBe(250);
    expect(lateByMs(contextToHeaders(system, 1_000), 900)).toBe(-100);
    expect(lateByMs({}, 900)).toBeUndefined();
    expect(lateByMs({ 'hawser-deadline': 'soon' }, 900)).toBeUndefined();
  });
});
