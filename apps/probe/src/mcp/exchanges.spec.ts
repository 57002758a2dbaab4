import { EgressError, type Fetch } from '@hawser/egress';
import { maxRequests, maxRequestsAtOnce, maxUncheckedBytes } from '../limits.js';
import { Exchanges } from './exchanges.js';

const url = 'https://mcp.example.com/mcp';
const answering =
  (body: string | ReadableStream<Uint8Array> | null, init?: ResponseInit, from = url): Fetch =>
  () =>
    Promise.resolve(Object.defineProperty(new Response(body, init), 'url', { value: from }));
const breaking = (error: Error): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => controller.enqueue(Buffer.from('begun')),
    pull: (controller) => controller.error(error),
  });

describe('what is seen on the wire', () => {
  it('is each request with its answer, which stays as it is', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8', 'retry-after': '3' };
    const exchanges = new Exchanges(answering('{"a":1}', { status: 429, headers }));
    const response = await exchanges.fetch(new URL(url), { method: 'POST' });
    expect(exchanges.list).toEqual([
      { method: 'POST', url, status: 429, contentType: 'application/json', retryAfter: '3' },
    ]);
    expect([response.status, response.url, await response.json()]).toEqual([429, url, { a: 1 }]);
    expect(exchanges.list).toMatchObject([{ excerpt: '{"a":1}', complete: true }]);
  });

  it('is a challenge, and that somebody else answered', async () => {
    const headers = { 'www-authenticate': 'Bearer scope="a"' };
    const exchanges = new Exchanges(
      answering(null, { status: 401, headers }, 'https://other.example/x?secret'),
    );
    await exchanges.fetch(url);
    expect(exchanges.list).toEqual([
      {
        method: 'GET',
        url,
        status: 401,
        contentType: '',
        challenge: { scheme: 'Bearer', scopes: ['a'] },
        redirectedTo: 'https://other.example/x',
        complete: true,
      },
    ]);
  });

  it('is no more of a body than its beginning', async () => {
    const exchanges = new Exchanges(answering('é'.repeat(100_000)));
    const response = await exchanges.fetch(url);
    expect((await response.text()).length).toBe(100_000);
    expect(exchanges.list[0]?.excerpt).toBe('é'.repeat(512));
  });

  it('is nothing of a body that nobody reads, and its end is passed on', async () => {
    let cancelled: unknown;
    let asked = 0;
    const body = new ReadableStream<Uint8Array>(
      { pull: () => void (asked += 1), cancel: (reason) => void (cancelled = reason) },
      { highWaterMark: 0 },
    );
    const exchanges = new Exchanges(answering(body));
    const response = await exchanges.fetch(url);
    await response.body?.cancel('enough');
    expect([asked, cancelled]).toEqual([0, 'enough']);
    expect(exchanges.list[0]).not.toHaveProperty('complete');
  });

  it('is why there was no answer, or only half of one', async () => {
    const refused = new EgressError('connection', 'refused');
    const exchanges = new Exchanges(() => Promise.reject(refused));
    await expect(exchanges.fetch(url)).rejects.toBe(refused);
    expect(exchanges.list).toEqual([{ method: 'GET', url, error: refused }]);

    const broken = new EgressError('connection', 'broke off');
    const half = new Exchanges(answering(breaking(broken)));
    await expect((await half.fetch(url)).text()).rejects.toBe(broken);
    expect(half.list).toMatchObject([{ excerpt: 'begun', error: broken }]);
    expect(half.spent.aborted).toBe(false);
  });

  it('ends when the bytes of the errand are spent', async () => {
    const tooLarge = new EgressError('too_large', 'over 4 MiB');
    const exchanges = new Exchanges(answering(breaking(tooLarge)));
    await expect((await exchanges.fetch(url)).text()).rejects.toBe(tooLarge);
    expect(exchanges.spent.reason).toBe(tooLarge);
  });

  it('ends when there have been too many requests', async () => {
    const exchanges = new Exchanges(answering(null));
    for (let count = 0; count < maxRequests; count++) await exchanges.fetch(url);
    expect(exchanges.spent.aborted).toBe(false);
    const tooMany = {
      reason: 'too_large',
      message: expect.stringContaining('1000 requests are enough') as string,
    };
    await expect(exchanges.fetch(url)).rejects.toMatchObject(tooMany);
    await expect(exchanges.fetch(url)).rejects.toMatchObject(tooMany);
    expect(exchanges.list).toHaveLength(maxRequests + 1);
    expect(exchanges.list.at(-1)?.error).toMatchObject(tooMany);
    expect(exchanges.spent.reason).toMatchObject(tooMany);
  });

  it('ends when there are too many requests at once', async () => {
    let asked = 0;
    const exchanges = new Exchanges((...request) => {
      asked += 1;
      return answering('')(...request);
    });
    const requests = Array.from({ length: maxRequestsAtOnce + 5 }, () => exchanges.fetch(url));
    expect((await Promise.allSettled(requests)).map(({ status }) => status)).toEqual([
      ...Array<string>(maxRequestsAtOnce).fill('fulfilled'),
      ...Array<string>(5).fill('rejected'),
    ]);
    expect(asked).toBe(maxRequestsAtOnce);
    expect(exchanges.spent.reason).toMatchObject({
      message: expect.stringContaining('16 requests at once are enough') as string,
    });
  });

  it('is no long answer before hands are shaken, and after that none that is a batch', async () => {
    const most = maxUncheckedBytes;
    const headers = { 'content-type': 'application/json' };
    const readBy = async (bodies: string[], isShaken: boolean): Promise<(number | string)[]> => {
      const left = [...bodies];
      const exchanges = new Exchanges((...request) =>
        answering(left.shift() ?? null, { headers })(...request),
      );
      if (isShaken) exchanges.shakeHands();
      const lengths: (number | string)[] = [];
      while (left.length > 0) {
        const response = await exchanges.fetch(url);
        lengths.push(
          await response.text().then(
            ({ length }) => length,
            ({ reason }: EgressError) => reason,
          ),
        );
      }
      return lengths;
    };
    expect(await readBy([' '.repeat(most), ' '], false)).toEqual([most, 'too_large']);
    expect(await readBy([' '.repeat(most * 2)], true)).toEqual([most * 2]);
    const batch = (length: number): string => ` [${' '.repeat(length - 2)}`;
    expect(await readBy([batch(most), batch(most), batch(most + 1)], true)).toEqual([
      most,
      most,
      'too_large',
    ]);
  });

  it('is one long answer at a time, so that others get to do something before the next is parsed', async () => {
    const long = ' '.repeat(maxUncheckedBytes + 1);
    let turn = 0;
    let counting = setImmediate(function count() {
      turn += 1;
      counting = setImmediate(count);
    });
    const endedAt = ['a', 'b', 'c'].map(async () => {
      const exchanges = new Exchanges(answering(long));
      exchanges.shakeHands();
      await (await exchanges.fetch(url)).text();
      return turn;
    });
    expect(new Set(await Promise.all(endedAt)).size).toBe(3);
    clearImmediate(counting);
  });
});
