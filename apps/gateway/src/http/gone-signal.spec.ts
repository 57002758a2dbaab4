import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { goneSignal } from './gone-signal.js';

const get = 'GET / HTTP/1.1\r\nhost: gateway\r\n\r\n';
const post = 'POST / HTTP/1.1\r\nhost: gateway\r\ncontent-length: 2\r\n\r\n{}';

interface Taken {
  response: ServerResponse;
  signal: AbortSignal;
  /** Listeners to the response's end before ours. */
  listenersBefore: number;
}

describe('the signal of a client that leaves', () => {
  let server: Server;
  let clients: Socket[];
  let taken: Taken[];
  let arrivals: EventEmitter;

  beforeEach(async () => {
    clients = [];
    taken = [];
    arrivals = new EventEmitter();
    // As in the gateway, a body has been read and its request is closed when a controller runs.
    server = createServer((request, response) => {
      request.resume().once('close', () => {
        const listenersBefore = response.listenerCount('close');
        taken.push({ response, signal: goneSignal(response), listenersBefore });
        arrivals.emit('one');
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await once(server.close(), 'close');
  });

  const open = (): Socket => {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    clients.push(client);
    return client.resume();
  };
  /** Resolves with what the server has of them when all of them have arrived. */
  const send = async (client: Socket, ...requests: string[]): Promise<Taken[]> => {
    const first = taken.length;
    client.write(requests.join(''));
    while (taken.length < first + requests.length) await once(arrivals, 'one');
    return taken.slice(first);
  };
  const end = (each: readonly Taken[]): Promise<unknown> =>
    Promise.all(each.map(({ response }) => once(response, 'close')));
  const aborted = (): boolean[] => taken.map(({ signal }) => signal.aborted);

  it.each([
    ['GET', get],
    ['POST', post],
  ])('aborts when a client is gone who waited for the answer to a %s', async (_, request) => {
    const client = open();
    const waiting = await send(client, request);
    expect(aborted()).toEqual([false]);
    client.destroy();
    await end(waiting);
    expect(taken[0]?.signal.reason).toMatchObject({ code: 'cancelled' });
  });

  it('aborts when it has the beginning of its answer and not the end', async () => {
    const client = open();
    const waiting = await send(client, get);
    waiting[0]?.response.write('half of it');
    client.destroy();
    await end(waiting);
    expect(aborted()).toEqual([true]);
  });

  it('never aborts for answers that were sent, however many a connection has, and keeps no listener', async () => {
    const client = open();
    for (const request of [get, post, get]) {
      const waiting = await send(client, request);
      const ended = end(waiting);
      waiting[0]?.response.end('whole');
      await ended;
    }
    client.destroy();
    await once(client, 'close');
    expect(aborted()).toEqual([false, false, false]);
    for (const { response, listenersBefore } of taken) {
      expect(response.listenerCount('close')).toBeLessThanOrEqual(listenersBefore);
    }
  });

  it('aborts for each of several requests at once that has no answer yet, and for no other', async () => {
    const client = open();
    const waiting = await send(client, ...Array<string>(20).fill(get));
    // Answers leave in the order of the requests: the third waits for the second.
    const firstEnded = end(waiting.slice(0, 1));
    for (const index of [0, 2]) waiting[index]?.response.end('whole');
    await firstEnded;
    expect(aborted()).toEqual(Array(20).fill(false));
    const others = end(waiting.slice(1));
    client.destroy();
    await others;
    expect(aborted()).toEqual([false, ...Array<boolean>(19).fill(true)]);
  });

  it('has aborted already when the client was gone before', async () => {
    const client = open();
    const waiting = await send(client, get);
    client.destroy();
    await end(waiting);
    expect(waiting.map(({ response }) => goneSignal(response).aborted)).toEqual([true]);
  });
});
