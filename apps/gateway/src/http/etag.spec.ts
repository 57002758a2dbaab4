import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendWithEtag } from './etag.js';

interface Sent {
  status: number;
  headers: Record<string, string>;
  body: string | undefined;
}

function send(text: string, variant = 'plain', ifNoneMatch?: string): Sent {
  const sent: Sent = { status: 0, headers: {}, body: undefined };
  const reply = {
    headers: (headers: object) => Object.assign(sent.headers, headers) && reply,
    status: (status: number) => Object.assign(sent, { status }) && reply,
    type: (type: string) => Object.assign(sent.headers, { 'content-type': type }) && reply,
    send: (body?: Buffer) => Object.assign(sent, { body: body?.toString() }) && reply,
  };
  const headers = ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch };
  // Within a larger buffer, as what comes from the bus may be.
  const bytes = Buffer.from(`<<${text}>>`).subarray(2, 2 + Buffer.byteLength(text));
  sendWithEtag({ headers } as FastifyRequest, reply as unknown as FastifyReply, bytes, variant);
  return sent;
}

const etagOf = (text: string, variant?: string): string => send(text, variant).headers.etag ?? '';

describe('an answer with an ETag', () => {
  it('is sent as it came, with a strong validator, and is to be kept by nobody in between', () => {
    expect(send('[{"ä":1}]')).toEqual({
      status: 200,
      headers: {
        etag: expect.stringMatching(/^"[A-Za-z0-9_-]{43}"$/),
        'cache-control': 'private, no-store',
        'content-type': 'application/json; charset=utf-8',
      },
      body: '[{"ä":1}]',
    });
  });

  it('has the same validator for the same bytes only, and another one for another variant of them', () => {
    expect(etagOf('[]')).toBe(etagOf('[]'));
    const different = [etagOf('[]'), etagOf('[ ]'), etagOf('[]', 'redacted'), etagOf('d[]', 'redacte')];
    expect(new Set(different).size).toBe(different.length);
  });

  it('is not sent again to a caller that has it', () => {
    const etag = etagOf('[]');
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, `"a",W/${etag} ,"b"`, '*']) {
      expect(send('[]', 'plain', known)).toEqual({
        status: 304,
        headers: { etag, 'cache-control': 'private, no-store' },
        body: undefined,
      });
    }
  });

  it('is sent to a caller that has something else', () => {
    const etag = etagOf('[]');
    const others = [
      '',
      '""',
      '"other"',
      etag.slice(1, -1),
      etag.toLowerCase(),
      etagOf('[]', 'redacted'),
      '**',
    ];
    for (const known of others) expect([known, send('[]', 'plain', known).status]).toEqual([known, 200]);
  });
});
