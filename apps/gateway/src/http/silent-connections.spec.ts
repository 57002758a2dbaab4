import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { SilentConnections } from './silent-connections.js';

describe('connections that nothing has been sent on', () => {
  it('are ended, and no others', async () => {
    const server = createServer((_, response) => response.end('yes'));
    const silent = new SilentConnections(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const open = async (): Promise<Socket> => {
      const client = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
      await Promise.all([once(client, 'connect'), once(server, 'connection')]);
      return client;
    };
    const talking = await open();
    talking.write('GET / HTTP/1.1\r\nhost: gateway\r\n');
    const used = await open();
    used.write('GET / HTTP/1.1\r\nhost: gateway\r\n\r\n');
    await once(used, 'data');
    const unused = await open();
    silent.end();
    await once(unused, 'close');
    talking.write('\r\n');
    await once(talking, 'data');
    expect([talking.destroyed, used.destroyed]).toEqual([false, false]);
    for (const client of [talking, used]) client.destroy();
    await once(server.close(), 'close');
  });
});
