import { hopTo } from './request.js';

const url = new URL('https://mcp.example.com/mcp?key=SECRET');
const bodyOf = async (init: RequestInit): Promise<[string | undefined, string | null]> => {
  const { body, headers } = await hopTo(url, { method: 'POST', ...init });
  return [body === null ? undefined : Buffer.from(body).toString(), headers.get('content-type')];
};

describe('a request', () => {
  it('is taken as fetch would take it', async () => {
    const { method, headers, body } = await hopTo(url, {
      method: 'post',
      headers: [
        ['X-Key', 'a'],
        ['x-key', 'b'],
      ],
    });
    expect({ method, headers: Object.fromEntries(headers), body }).toEqual({
      method: 'POST',
      headers: { accept: '*/*', 'accept-encoding': 'gzip, br', 'x-key': 'a, b' },
      body: null,
    });
    expect((await hopTo(url, {})).method).toBe('GET');
    expect((await hopTo(url, { headers: new Headers({ accept: 'text/html' }) })).headers.get('accept')).toBe(
      'text/html',
    );
  });

  it('has a body that can be sent again', async () => {
    expect(await bodyOf({ body: 'text' })).toEqual(['text', 'text/plain;charset=UTF-8']);
    expect(await bodyOf({ body: new URLSearchParams({ a: '1' }) })).toEqual([
      'a=1',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ]);
    expect(await bodyOf({ body: Buffer.from('bytes') })).toEqual(['bytes', null]);
    expect(await bodyOf({ body: new Blob(['blob'], { type: 'text/csv' }) })).toEqual(['blob', 'text/csv']);
    expect(await bodyOf({ body: '' })).toEqual(['', 'text/plain;charset=UTF-8']);
    expect(await bodyOf({ body: null })).toEqual([undefined, null]);
  });

  it('leaves what is about the connection to the connection', async () => {
    const headers = {
      ...{ Host: 'internal.example.com', connection: 'upgrade', upgrade: 'websocket', te: 'trailers' },
      ...{
        'content-length': '5',
        'transfer-encoding': 'chunked',
        expect: '100-continue',
        'keep-alive': 'timeout=9',
      },
      ...{ 'proxy-authorization': 'Basic x', 'accept-encoding': 'zstd' },
    };
    expect(Object.fromEntries((await hopTo(url, { headers })).headers)).toEqual({
      accept: '*/*',
      'accept-encoding': 'gzip, br',
    });
  });

  it.each<[string, RequestInit, string]>([
    [
      'a value of two lines',
      { headers: { 'x-key': 'SECRET\r\nhost: x' } },
      'header "x-key" or its value is not',
    ],
    ['a name of two words', { headers: [['x key', 'SECRET']] }, 'header "x key" or its value is not'],
    ['a method for proxies', { method: 'CONNECT' }, 'the method is not allowed'],
    ['a body for GET', { method: 'GET', body: 'SECRET' }, 'the method is not allowed'],
    [
      'a stream',
      { method: 'POST', body: new ReadableStream() },
      'the body is a stream; give a string or bytes',
    ],
  ])('is refused for %s, which is not quoted', async (_what, init, words) => {
    const error: unknown = await hopTo(url, init).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      reason: 'protocol',
      message: expect.stringContaining(words),
      url: url.origin + '/mcp',
    });
    expect(JSON.stringify([String(error), (error as Error).cause])).not.toContain('SECRET');
  });
});
