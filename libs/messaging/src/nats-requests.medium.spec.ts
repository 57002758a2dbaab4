import { Logger } from '@nestjs/common';
import { NoResponderError } from './bus.js';
import { NatsBus } from './nats-bus.js';
import { message, textOf } from './testing/bus-suite.js';
import { OwnNats } from './testing/own-nats.js';

Logger.overrideLogger(false);

/** Whoever waits that long gets a DeadlineError. */
const ample = 10_000;

describe('requests over NATS that the server does not allow', () => {
  let nats: OwnNats;
  let bus: NatsBus;

  async function startWith(permissions: string): Promise<void> {
    const user = `{ user: a, password: x, permissions: ${permissions} }`;
    nats = await OwnNats.start({ settings: `authorization { users: [${user}] }` });
    bus = await NatsBus.connect({ url: nats.url.replace('nats://', 'nats://a:x@'), name: 'test' });
  }
  afterEach(async () => {
    await bus.close();
    await nats.remove();
  });

  it('fail at once, and no others do, when their subject may not be sent to', async () => {
    await startWith('{ publish: { deny: "forbidden.>" } }');
    bus.respond('allowed.echo', 'group', (request) => Promise.resolve(request));
    await bus.flush();
    const [refused, answered] = await Promise.allSettled([
      bus.request('forbidden.echo', message('a'), ample),
      bus.request('allowed.echo', message('b'), ample).then(textOf),
    ]);
    expect(refused).toMatchObject({ reason: { name: 'PermissionViolationError' } });
    expect(answered).toEqual({ status: 'fulfilled', value: 'b' });
  });

  it('fail at once, each of them, when the answers may not be heard', async () => {
    await startWith('{ subscribe: { deny: "_INBOX.>" } }');
    for (let round = 0; round < 2; round += 1) {
      await expect(bus.request('allowed.echo', message(), ample)).rejects.toMatchObject({
        name: 'PermissionViolationError',
      });
    }
  });

  it('say so when nobody is there', async () => {
    await startWith('{ publish: { deny: "forbidden.>" } }');
    await expect(bus.request('allowed.echo', message(), ample)).rejects.toBeInstanceOf(NoResponderError);
  });
});
