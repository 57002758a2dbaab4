import { jest } from '@jest/globals';
import type { CallContext } from '@hawser/contracts';
import { accessChanged, authorise, type Access } from '@hawser/contracts/directory';
import { Broadcasts, BusClient } from '@hawser/messaging';
import { FakeBus } from '../testing/fake-bus.js';
import { owner } from '../testing/test-gateway.js';
import { AccessCache } from './access-cache.js';

const context: CallContext = { requestId: 'req_1', actor: { kind: 'system', id: 'gateway' } };
const question = { token_hash: 'a'.repeat(64), workspace: 'acme' };
const viewer: Access = { ...owner, role: 'VIEWER' };
const sandbox: Access = {
  ...owner,
  workspace: { id: 'ws_2', slug: 'acme-sandbox', name: 'Acme', plan: 'team', sandbox_of: 'ws_1' },
};

let bus: FakeBus;
let told: Broadcasts;
let cache: AccessCache;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  bus = new FakeBus();
  told = new Broadcasts(bus);
  cache = new AccessCache(new BusClient(bus), new Broadcasts(bus));
  cache.onModuleInit();
  bus.answer(authorise, owner);
});
afterEach(() => jest.useRealTimers());

const find = (asked = question): Promise<Access> => cache.find(asked, () => context);
const change = (workspace_id: string): Promise<void> => told.tell(accessChanged, { workspace_id }, context);

it('asks once for what is asked again', async () => {
  expect(await find()).toEqual(owner);
  expect(await find()).toEqual(owner);
  expect(bus.asked).toHaveLength(1);
});

it.each([
  { ...question, workspace: 'other' },
  { token_hash: question.token_hash },
  { ...question, workspace: 'undefined' },
  { ...question, workspace: 'null' },
  { ...question, agent_id: 'agt_1' },
  { ...question, crew_id: 'crew_1' },
  { token_hash: 'b'.repeat(64), workspace: 'acme' },
])('asks for each question by itself: %j', async (other) => {
  await find();
  await cache.find({ token_hash: question.token_hash, agent_id: 'agt_2' }, () => context);
  await cache.find(other, () => context);
  expect(bus.asked).toHaveLength(3);
});

it('does not mistake a subject for a token', async () => {
  await cache.find({ token_hash: 'x' }, () => context);
  await cache.find({ subject: 'x' }, () => context);
  expect(bus.asked).toHaveLength(2);
});

it('asks again after a change of the workspace, not after one of another', async () => {
  await find();
  await change('ws_other');
  expect(await find()).toEqual(owner);
  bus.answer(authorise, viewer);
  await change('ws_1');
  expect(await find()).toEqual(viewer);
});

it('asks again for a sandbox when its workspace has changed', async () => {
  bus.answer(authorise, sandbox);
  await find();
  await change('ws_1');
  await find();
  expect(bus.asked).toHaveLength(2);
});

it('does not use what it remembers before the barrier has passed', async () => {
  await find();
  let pass: () => void = () => undefined;
  bus.barrier = () => new Promise((resolve) => (pass = resolve));
  const answer = find();
  bus.barrier = () => Promise.resolve();
  bus.answer(authorise, viewer);
  await change('ws_1');
  pass();
  expect(await answer).toEqual(viewer);
});

it('asks when the barrier fails', async () => {
  await find();
  bus.barrier = () => Promise.reject(new Error('no word from the server'));
  bus.answer(authorise, viewer);
  expect(await find()).toEqual(viewer);
});

it('uses but does not keep an answer that was overtaken by a change', async () => {
  const request = bus.request.bind(bus);
  jest.spyOn(bus, 'request').mockImplementationOnce(async (subject, message) => {
    const answer = await request(subject, message);
    await change('ws_1');
    return answer;
  });
  expect(await find()).toEqual(owner);
  bus.answer(authorise, viewer);
  expect(await find()).toEqual(viewer);
});

it('forgets everything when the connection was lost, even what was on its way', async () => {
  await find();
  bus.loseConnection();
  const request = bus.request.bind(bus);
  jest.spyOn(bus, 'request').mockImplementationOnce((subject, message) => {
    bus.loseConnection();
    return request(subject, message);
  });
  await find();
  await find();
  expect(bus.asked).toHaveLength(3);
});

it('remembers for five seconds', async () => {
  await find();
  jest.advanceTimersByTime(4_999);
  await find();
  expect(bus.asked).toHaveLength(1);
  jest.advanceTimersByTime(1);
  await find();
  expect(bus.asked).toHaveLength(2);
});

it('does not remember a token beyond its expiry', async () => {
  bus.answer(authorise, { ...owner, expires_at: new Date(Date.now() + 1_000).toISOString() });
  await find();
  jest.advanceTimersByTime(999);
  await find();
  expect(bus.asked).toHaveLength(1);
  jest.advanceTimersByTime(1);
  await find();
  expect(bus.asked).toHaveLength(2);
});

it('remembers no refusal', async () => {
  bus.answer(authorise, new Error('refused'));
  await expect(find()).rejects.toThrow();
  bus.answer(authorise, owner);
  expect(await find()).toEqual(owner);
});

it('remembers a limited number of callers', async () => {
  for (let number = 0; number <= 10_000; number++) await find({ ...question, workspace: `ws-${number}` });
  bus.asked.length = 0;
  await find({ ...question, workspace: 'ws-10000' });
  expect(bus.asked).toHaveLength(0);
  await find({ ...question, workspace: 'ws-0' });
  expect(bus.asked).toHaveLength(1);
});
