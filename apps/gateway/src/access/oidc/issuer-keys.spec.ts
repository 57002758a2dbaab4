import type { ServiceError } from '@hawser/contracts';
import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { FakeIssuer, newKey } from '../../testing/fake-issuer.js';
import { IssuerKeys } from './issuer-keys.js';
import { JwtVerifier } from './jwt-verifier.js';

const minuteMs = 60_000;
const coolDownMs = 5_000;

let issuer: FakeIssuer;
let keys: IssuerKeys;
let verifier: JwtVerifier;
let warned: string[];
let nowMs: number;
beforeEach(async () => {
  issuer = await FakeIssuer.start();
  keys = new IssuerKeys(issuer.url);
  verifier = new JwtVerifier({ issuer: issuer.url, audience: issuer.audience }, keys);
  warned = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((message) => void warned.push(String(message)));
  nowMs = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  issuer.stop();
  jest.restoreAllMocks();
});

const outcome = (token: string): Promise<string> =>
  verifier.verify(token).then(
    () => 'let in',
    ({ code }: ServiceError) => code,
  );

describe('the keys of an issuer', () => {
  it('are asked for once, however many tokens come', async () => {
    const token = await issuer.token();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(token)));
    expect(new Set(outcomes)).toEqual(new Set(['let in']));
    expect(issuer.asked).toEqual([
      'https://id.example.com/.well-known/openid-configuration',
      'https://id.example.com/keys',
    ]);
  });

  it('are found by the issuer with or without a slash at its end', async () => {
    issuer.discovery.issuer = `${issuer.url}/`;
    const slashed = new IssuerKeys(`${issuer.url}/`);
    await slashed.look();
    expect(warned).toEqual([]);
    expect(issuer.asked[0]).toBe('https://id.example.com/.well-known/openid-configuration');
  });

  it('are asked for anew when a token names one that is not known: a key can be replaced', async () => {
    expect(await outcome(await issuer.token())).toBe('let in');
    nowMs += coolDownMs + 1;
    const next = await newKey('next');
    issuer.published = [next.jwk];
    expect(await outcome(await issuer.token({}, {}, next))).toBe('let in');
    expect(await outcome(await issuer.token())).toBe('unauthenticated');
    expect(issuer.looks).toBe(2);
  });

  it('are asked for at most once in five seconds, whatever tokens name', async () => {
    const stranger = await newKey('stranger');
    const token = await issuer.token({}, {}, stranger);
    for (let second = 0; second < 11; second++) {
      for (let each = 0; each < 5; each++) expect(await outcome(token)).toBe('unauthenticated');
      nowMs += 1_000;
    }
    expect(issuer.looks).toBeLessThanOrEqual(3);
  });

  it('are not taken any more ten minutes after they were withdrawn', async () => {
    const token = await issuer.token({ exp: Math.floor(nowMs / 1_000) + 3_600 });
    expect(await outcome(token)).toBe('let in');
    issuer.published = [(await newKey('next')).jwk];
    nowMs += 9 * minuteMs;
    expect(await outcome(token)).toBe('let in');
    nowMs += minuteMs;
    expect(await outcome(token)).toBe('unauthenticated');
  });
});

describe('while the issuer is away', () => {
  it('a token gets 503 with the name of the issuer, and is let in once it is back', async () => {
    issuer.away();
    const token = await issuer.token();
    await expect(verifier.verify(token)).rejects.toMatchObject({
      code: 'service_unavailable',
      message: expect.stringContaining(issuer.url),
      details: { issuer: issuer.url },
    });
    for (let each = 0; each < 20; each++) expect(await outcome(token)).toBe('service_unavailable');
    expect(issuer.looks).toBe(1);
    expect(warned).toEqual([expect.stringMatching(/https:\/\/id\.example\.com.*ECONNREFUSED/)]);
    issuer.respond = undefined;
    nowMs += coolDownMs + 1;
    expect(await outcome(token)).toBe('let in');
  });

  it('known keys go on, for as long as it takes, and a key that is not known is 503', async () => {
    const token = await issuer.token({ exp: Math.floor(nowMs / 1_000) + 7_200 });
    expect(await outcome(token)).toBe('let in');
    issuer.away();
    for (let minute = 0; minute < 60; minute += 5) {
      nowMs += 5 * minuteMs;
      expect(await outcome(token)).toBe('let in');
    }
    const stranger = await newKey('stranger');
    expect(await outcome(await issuer.token({}, {}, stranger))).toBe('service_unavailable');
  });

  it('known keys wait for an issuer that hangs once, and then no more', async () => {
    const token = await issuer.token({ exp: Math.floor(nowMs / 1_000) + 7_200 });
    expect(await outcome(token)).toBe('let in');
    let giveUp: (error: Error) => void = () => undefined;
    issuer.respond = () => new Promise<Response>((_, reject) => (giveUp = reject));
    nowMs += 11 * minuteMs;
    const first = outcome(token);
    await new Promise(setImmediate);
    giveUp(new Error('timeout'));
    expect(await first).toBe('let in');
    nowMs += minuteMs;
    // Asked again, in the background: this one never answers.
    expect(await outcome(token)).toBe('let in');
    expect(issuer.looks).toBe(3);
  });
});

describe('an issuer that cannot be trusted with an answer', () => {
  const refused: [string, (it: FakeIssuer) => void, RegExp][] = [
    [
      'is another than it should be',
      (it) => (it.discovery.issuer = 'https://evil.example'),
      /"https:\/\/evil\.example"/,
    ],
    [
      'differs by a slash',
      (it) => (it.discovery.issuer = `${it.url}/`),
      /not exactly of "https:\/\/id\.example\.com"/,
    ],
    ['does not say where its keys are', (it) => delete it.discovery.jwks_uri, /no jwks_uri.*not there/],
    [
      'has its keys in the clear',
      (it) => (it.discovery.jwks_uri = 'http://id.example.com/keys'),
      /no jwks_uri/,
    ],
    ['has its keys in a file', (it) => (it.discovery.jwks_uri = 'file:///etc/passwd'), /no jwks_uri/],
    ['answers 500', (it) => (it.respond = () => new Response('no', { status: 500 })), /status is 500/],
    [
      'answers what is no JSON',
      (it) => (it.respond = () => new Response('<html>')),
      /openid-configuration: .*JSON/,
    ],
    ['answers null', (it) => (it.respond = () => Response.json(null)), /is of the issuer not there/],
    ['has no list of keys', (it) => (it.published = 'none' as never), /JSON Web Key Set/],
  ];
  it.each(refused)('%s: 503, and the reason is logged', async (_, spoil, reason) => {
    spoil(issuer);
    expect(await outcome(await issuer.token())).toBe('service_unavailable');
    expect(warned).toEqual([expect.stringMatching(reason)]);
  });

  it('sends 10 MB: no more than half a MiB of it is read', async () => {
    const chunk = new Uint8Array(64 * 1024).fill(32);
    let sentBytes = 0;
    const endless = (): ReadableStream =>
      new ReadableStream({
        pull: (controller) => {
          sentBytes += chunk.length;
          if (sentBytes > 10_000_000) controller.close();
          else controller.enqueue(chunk);
        },
      });
    issuer.respond = () => new Response(endless());
    expect(await outcome(await issuer.token())).toBe('service_unavailable');
    expect(warned).toEqual([expect.stringContaining('more than 524288 bytes')]);
    expect(sentBytes).toBeLessThan(1_000_000);
  });

  it('never answers, or never ends its answer: it is given up after five seconds', async () => {
    const timeouts = jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      expect(ms).toBe(5_000);
      const controller = new AbortController();
      setTimeout(() => controller.abort(new DOMException('too late', 'TimeoutError')), 20);
      return controller.signal;
    });
    const never = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const silent = (signal: AbortSignal): Response =>
      new Response(new ReadableStream({ start: (it) => void never(signal).catch((why) => it.error(why)) }));
    for (const respond of [never, silent]) {
      issuer.respond = respond;
      nowMs += coolDownMs + 1;
      expect(await outcome(await issuer.token())).toBe('service_unavailable');
    }
    expect(timeouts).toHaveBeenCalledTimes(2);
    expect(warned).toEqual([expect.stringContaining('too late'), expect.stringContaining('too late')]);
  });
});
