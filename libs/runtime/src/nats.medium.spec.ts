import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ConfigError } from './environment.js';
import { connectToNats } from './nats.js';

let server: Server;
afterEach(() => server.close());

/** A server that says what a NATS server would, to whoever connects and whatever it hears. */
async function natsThat(greets: object, answers: (heard: string) => string): Promise<string> {
  server = createServer((socket: Socket) => {
    socket.write(
      `INFO ${JSON.stringify({ server_id: 'x', version: '2.10.0', headers: true, ...greets })}\r\n`,
    );
    socket.on('data', (heard) => socket.write(answers(String(heard))));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `nats://somebody:secret@127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function refusal(url: string): Promise<string> {
  const error: unknown = await connectToNats({ url, name: 'test' }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message;
}

it('says in one line that the server takes too small messages', async () => {
  const url = await natsThat({ max_payload: 1_048_576 }, (heard) =>
    heard.includes('PING') ? 'PONG\r\n' : '',
  );
  expect(await refusal(url)).toBe(
    'NATS_URL leads to no server that can be used: ' +
      'the NATS server takes messages of at most 1048576 bytes: set its max_payload to 8388608',
  );
});

it('says in one line that the server refuses the credentials, and not which', async () => {
  const url = await natsThat(
    { max_payload: 8_388_608, auth_required: true },
    () => "-ERR 'Authorization Violation'\r\n",
  );
  expect(await refusal(url)).toBe('NATS_URL leads to no server that can be used: Authorization Violation');
});
