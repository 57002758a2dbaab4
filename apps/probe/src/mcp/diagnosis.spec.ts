import { EgressError, type EgressReason } from '@hawser/egress';
import { ProtocolError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { diagnose, type Diagnosis } from './diagnosis.js';
import { TimeUp } from './errand.js';
import type { Exchange } from './exchanges.js';

const url = 'https://mcp.example.com/mcp';
const json = 'application/json';
const stream = 'text/event-stream';
const timeUp = new TimeUp(10_000);
const challenge = { scheme: 'Bearer', scopes: ['a'] };

const post = (fields: Partial<Exchange> = {}): Exchange => ({ method: 'POST', url, ...fields });
const get = (fields: Partial<Exchange> = {}): Exchange => ({ method: 'GET', url, ...fields });
const seeing = (exchanges: Exchange[], error: unknown = new Error('The client failed')): Diagnosis =>
  diagnose({ exchanges, error, secrets: ['t0ken'] });
const failed = (reason: string, words = ''): object => ({
  status: 'error',
  reason,
  message: expect.stringContaining(words) as string,
});

describe('an attempt that failed', () => {
  it.each<[EgressReason, string]>([
    ['address_refused', 'address_refused'],
    ['dns', 'dns'],
    ['connection', 'connection'],
    ['tls', 'tls'],
    ['timeout', 'timeout'],
    ['redirect', 'redirect'],
    ['too_large', 'too_large'],
    ['protocol', 'not_mcp'],
  ])('on the way out by %s has reason %s and says why', (reason, wanted) => {
    const error = new EgressError(reason, 'this is why');
    const diagnosis = failed(wanted, 'The request failed: this is why.');
    expect(seeing([post({ error })])).toEqual(diagnosis);
    expect(seeing([post({ status: 200, contentType: json, error })])).toEqual(diagnosis);
    expect(seeing([post({ status: 200, contentType: json })], error)).toEqual(diagnosis);
  });

  it.each([
    [401, 'asks for a credential'],
    [403, 'refuses access'],
  ])('by HTTP %i asks for a credential, whatever else was seen', (status, words) => {
    const diagnosis = {
      status: 'auth_required',
      message: expect.stringContaining(words) as string,
      challenge,
    };
    const refused = { status, challenge, contentType: json };
    expect(seeing([post(refused)])).toEqual(diagnosis);
    expect(seeing([post({ status: 400 }), post(refused)])).toEqual(diagnosis);
    expect(seeing([post({ status: 405 }), get(refused)])).toEqual(diagnosis);
    expect(seeing([post({ ...refused, error: new EgressError('too_large', 'x') })], timeUp)).toEqual(
      diagnosis,
    );
  });

  it.each([
    [100, 'no answer that MCP knows'],
    [304, 'no answer that MCP knows'],
    [400, 'check that the endpoint'],
    [402, 'check the endpoint and its headers'],
    [404, 'usually /mcp'],
    [405, 'usually /mcp'],
    [406, 'what MCP needs'],
    [407, 'proxy'],
    [410, 'gone'],
    [415, 'no JSON'],
    [421, 'host'],
    [429, 'too many requests: try again later'],
    [500, 'log'],
    [501, 'take messages'],
    [502, 'proxy'],
    [503, 'try again later'],
    [504, 'proxy'],
    [599, 'log'],
  ])('by HTTP %i says so and what to do', (status, words) => {
    const diagnosis = seeing([post({ status, contentType: json })]);
    expect(diagnosis).toEqual(failed('http_status', `The server answered HTTP ${status}. `));
    expect(diagnosis.message).toContain(words);
    expect(seeing([post({ status, contentType: json })], timeUp)).toEqual(diagnosis);
    const broken = new EgressError('connection', 'broke off');
    expect(seeing([post({ status, contentType: json, error: broken })])).toEqual(diagnosis);
  });

  it.each([
    ['17', 'in 17 s'],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 'later'],
    ['1'.repeat(100), 'later'],
  ])('by HTTP 429 with Retry-After %s says when to come back', (retryAfter, words) => {
    expect(seeing([post({ status: 429, retryAfter })]).message).toContain(`try again ${words}.`);
  });

  it('says what the server said, unless that is a page or a secret', () => {
    const said = (contentType: string, excerpt: string): string =>
      seeing([post({ status: 500, contentType, excerpt })]).message;
    expect(said(json, '{"error":\n"bad t0ken"}')).toMatch(/ It said: "\{"error": "bad …"\}"$/);
    expect(said('text/html', '<html>Error</html>')).not.toContain('It said');
    expect(said(json, '')).not.toContain('It said');
  });

  it.each<[string, Exchange]>([
    ['that nobody finished', post({ status: 200, contentType: 'text/html' })],
    [
      'that is too large',
      post({ status: 200, contentType: 'text/html', error: new EgressError('too_large', 'x') }),
    ],
  ])('at a web page %s says that it is one', (_, exchange) => {
    expect(seeing([exchange])).toEqual(failed('not_mcp', 'web page'));
    expect(seeing([exchange], timeUp)).toEqual(failed('not_mcp', 'web page'));
  });

  it('by HTTP 403 with a web page may have met a firewall', () => {
    expect(seeing([post({ status: 403, challenge, contentType: 'text/html' })])).toMatchObject({
      status: 'auth_required',
      message: expect.stringContaining('Or a firewall') as string,
    });
  });

  it('repeats no secret, nor at length, where the server chose the URL', () => {
    const place = `https://example.com/t0ken/${'p'.repeat(9_000)}`;
    const error = new EgressError('connection', `${place}: the connection was refused`);
    for (const exchange of [post({ error }), post({ status: 500, redirectedTo: place })]) {
      const { message } = seeing([exchange]);
      expect(message).toContain('https://example.com/…/ppp');
      expect(message.length).toBeLessThan(600);
    }
  });

  it('says where a redirect led', () => {
    const page = post({ status: 200, contentType: 'text/html', redirectedTo: 'https://example.com/login' });
    expect(seeing([page]).message).toMatch(/ The endpoint redirects to https:\/\/example\.com\/login\.$/);
  });

  it.each<[string, Exchange[], string, string]>([
    ['before anything was asked', [], 'timeout', 'no time left'],
    ['before the server answered', [post({ error: timeUp })], 'timeout', 'did not answer within 10 s'],
    [
      'within an answer',
      [post({ status: 200, contentType: json, error: timeUp })],
      'timeout',
      'began to answer (HTTP 200), but had not finished after 10 s',
    ],
    [
      'after the message was taken',
      [post({ status: 202, contentType: '', complete: true })],
      'not_mcp',
      'never answered',
    ],
    [
      'after a stream that ended early',
      [post({ status: 200, contentType: stream, complete: true })],
      'connection',
      'closed the stream',
    ],
    [
      'within an SSE stream',
      [post({ status: 405 }), get({ status: 200, contentType: stream, error: timeUp })],
      'timeout',
      'had not finished',
    ],
    ['before an SSE stream', [post({ status: 405 }), get({ error: timeUp })], 'timeout', 'did not answer'],
  ])('because the time was up %s says how far it came', (_, exchanges, reason, words) => {
    expect(seeing(exchanges, timeUp)).toEqual(failed(reason, words));
  });

  it.each<[string, Exchange, unknown, string]>([
    [
      'another type',
      post({ status: 200, contentType: 'text/plain' }),
      undefined,
      'with "text/plain", which is not',
    ],
    ['no type', post({ status: 204, contentType: '' }), undefined, 'with no content type'],
    [
      'an error of JSON-RPC',
      post({ status: 200, contentType: json }),
      new ProtocolError(-32_602, 'wrong t0ken'),
      'JSON-RPC error -32602: "wrong …"',
    ],
    [
      'an error of JSON-RPC that says nothing',
      post({ status: 200, contentType: stream }),
      new ProtocolError(-32_603, ''),
      'JSON-RPC error -32603.',
    ],
    [
      'JSON of another kind',
      post({ status: 200, contentType: json }),
      new SdkError(SdkErrorCode.InvalidResult, 'no t0ken here'),
      'What is wrong with it: "no … here"',
    ],
    [
      'something that the client cannot even name',
      post({ status: 200, contentType: json }),
      'x',
      'not as MCP has it',
    ],
  ])('at an answer of %s is no MCP', (_, exchange, error, words) => {
    expect(seeing([exchange], error)).toEqual(failed('not_mcp', words));
  });

  it('says that the server cannot be reached, when nothing at all is known', () => {
    expect(seeing([post({ error: new TypeError('odd') })])).toEqual(
      failed('connection', 'could not be reached'),
    );
  });

  it('is a defect of ours when nothing was sent', () => {
    const defect = new TypeError('odd');
    expect(() => seeing([], defect)).toThrow(defect);
  });
});

describe('of several exchanges', () => {
  const refused = new EgressError('address_refused', 'not allowed');

  it.each<[string, Exchange[], object]>([
    [
      'the last message counts',
      [post({ status: 400 }), post({ status: 502 })],
      failed('http_status', 'HTTP 502'),
    ],
    [
      'the stream for messages of the server’s own and the end of the session do not',
      [
        post({ status: 200, contentType: json }),
        post({ status: 202 }),
        get({ status: 405 }),
        post({ status: 503 }),
        { method: 'DELETE', url, status: 404 },
      ],
      failed('http_status', 'HTTP 503'),
    ],
    [
      'an SSE stream that is not there says less than the message before',
      [post({ status: 404 }), get({ status: 405 })],
      failed('http_status', 'HTTP 404'),
    ],
    [
      'an SSE stream that fails says more',
      [post({ status: 404 }), get({ status: 503 })],
      failed('http_status', 'HTTP 503'),
    ],
    [
      'an SSE stream that is a page says more',
      [post({ status: 405 }), get({ status: 200, contentType: 'text/html' })],
      failed('not_mcp', 'web page'),
    ],
    [
      'an SSE stream that must not be followed says more',
      [post({ status: 405 }), get({ error: refused })],
      failed('address_refused', 'not allowed'),
    ],
    [
      'a message after the SSE stream was opened says more than the stream',
      [post({ status: 405 }), get({ status: 200, contentType: stream }), post({ status: 500 })],
      failed('http_status', 'HTTP 500'),
    ],
    [
      'an SSE stream that broke off says more than a message that was taken',
      [
        post({ status: 405 }),
        get({ status: 200, contentType: stream, error: new EgressError('too_large', 'over 4 MiB') }),
        post({ status: 202, contentType: '', complete: true }),
      ],
      failed('too_large', 'over 4 MiB'),
    ],
    [
      'an SSE stream that was closed says more than a message that was taken',
      [
        post({ status: 405 }),
        get({ status: 200, contentType: stream, complete: true }),
        post({ status: 202, contentType: '', complete: true }),
      ],
      failed('connection', 'closed the stream'),
    ],
  ])('%s', (_, exchanges, diagnosis) => {
    expect(seeing(exchanges)).toEqual(diagnosis);
  });
});
