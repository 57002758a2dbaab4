import { jest } from '@jest/globals';
import {
  createAgent,
  createCrew,
  deleteAgent,
  deleteCrew,
  deleteWorkspace,
  getAgent,
} from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { eventually } from '@hawser/testing/eventually';
import { Logger } from '@nestjs/common';
import { DirectoryHarness } from '../testing/directory-harness.js';
import type { KeeperStandIn } from '../testing/keeper-stand-in.js';

let database: TestDatabase;
let directory: DirectoryHarness;

beforeAll(async () => {
  database = await testDatabase();
  directory = await DirectoryHarness.start(database.url);
});
afterEach(() => {
  for (const keeper of keepers()) Object.assign(keeper, { failsCalls: false, failsEvents: false });
  jest.restoreAllMocks();
});
afterAll(async () => {
  await directory.stop();
  await database.drop();
});

const keepers = (): KeeperStandIn[] => [directory.bindings, directory.vault];

const inOutbox = (id: string): Promise<{ id: string }[]> =>
  directory.query(`SELECT id FROM outbox WHERE envelope->'data'->>'id' = $1`, [id]);

describe('what is deleted', () => {
  it('has been forgotten by the other services when the answer comes', async () => {
    const owner = await directory.owner();
    const { workspaceId } = owner;
    const crew = await owner.call(createCrew, { name: 'Crew' });
    await owner.call(deleteCrew, { crew_id: crew.id });
    const agent = await owner.call(createAgent, { name: 'a' });
    await owner.call(deleteAgent, { agent_id: agent.id });
    for (const { toldDirectly } of keepers()) {
      expect(toldDirectly).toContainEqual({ kind: 'crew', id: crew.id, workspaceId });
      expect(toldDirectly).toContainEqual({ kind: 'agent', id: agent.id, workspaceId });
    }
  });

  it('is told by an event as well, which then leaves the outbox', async () => {
    const owner = await directory.owner();
    const { workspaceId } = owner;
    const { id } = await owner.call(createAgent, { name: 'a' });
    await owner.call(deleteAgent, { agent_id: id });
    for (const { toldByEvent } of keepers()) {
      await eventually(() => toldByEvent.some((told) => told.id === id));
      expect(toldByEvent).toContainEqual({ kind: 'agent', id, workspaceId });
    }
    await eventually(async () => (await inOutbox(id)).length === 0);
  });

  it('is, with a workspace, also its sandbox, each told as a workspace of its own', async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    await owner.call(deleteWorkspace, {});
    for (const { workspaceId } of [owner, tester]) {
      const departed = { kind: 'workspace', id: workspaceId, workspaceId };
      for (const { toldDirectly, toldByEvent } of keepers()) {
        expect(toldDirectly).toContainEqual(departed);
        await eventually(() => toldByEvent.some(({ id }) => id === workspaceId));
        expect(toldByEvent).toContainEqual(departed);
      }
    }
  });
});

describe.each(['bindings', 'vault'] as const)('while %s is down', (service) => {
  it('deletes all the same, with a warning, and keeps the event until it is back', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    const down = directory[service];
    Object.assign(down, { failsCalls: true, failsEvents: true });
    const owner = await directory.owner();
    const { id } = await owner.call(createAgent, { name: 'a' });
    expect(await owner.call(deleteAgent, { agent_id: id })).toEqual({ id, deleted: true });
    expect(await owner.failure(getAgent, { agent_id: id })).toMatchObject({ code: 'not_found' });
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining(`${service} could not be told that agent ${id} is deleted`),
    );
    expect(await inOutbox(id)).toHaveLength(1);
    expect(down.toldByEvent.map((told) => told.id)).not.toContain(id);
    for (const other of keepers().filter((keeper) => keeper !== down))
      expect(other.toldDirectly.map((told) => told.id)).toContain(id);

    Object.assign(down, { failsCalls: false, failsEvents: false });
    await eventually(() => down.toldByEvent.some((told) => told.id === id));
    await eventually(async () => (await inOutbox(id)).length === 0);
  });
});

it('tells nobody of a deletion that did not happen', async () => {
  const owner = await directory.owner();
  const told = keepers().map(({ toldDirectly }) => toldDirectly.length);
  expect(await owner.failure(deleteCrew, { crew_id: 'crew_none' })).toMatchObject({ code: 'not_found' });
  expect(keepers().map(({ toldDirectly }) => toldDirectly.length)).toEqual(told);
  expect(await inOutbox('crew_none')).toEqual([]);
});
