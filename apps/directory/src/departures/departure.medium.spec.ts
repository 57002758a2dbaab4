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
import { Logger } from '@nestjs/common';
import { DirectoryHarness, eventually } from '../testing/directory-harness.js';

let database: TestDatabase;
let directory: DirectoryHarness;

beforeAll(async () => {
  database = await testDatabase();
  directory = await DirectoryHarness.start(database.url);
});
afterEach(() => {
  Object.assign(directory.bindings, { failsCalls: false, failsEvents: false });
  jest.restoreAllMocks();
});
afterAll(async () => {
  await directory.stop();
  await database.drop();
});

const inOutbox = (id: string): Promise<{ id: string }[]> =>
  directory.query(`SELECT id FROM outbox WHERE envelope->'data'->>'id' = $1`, [id]);

describe('what is deleted', () => {
  it('has been forgotten by the other service when the answer comes', async () => {
    const owner = await directory.owner();
    const { workspaceId } = owner;
    const crew = await owner.call(createCrew, { name: 'Crew' });
    await owner.call(deleteCrew, { crew_id: crew.id });
    expect(directory.bindings.toldDirectly).toContainEqual({ kind: 'crew', id: crew.id, workspaceId });
    const agent = await owner.call(createAgent, { name: 'a' });
    await owner.call(deleteAgent, { agent_id: agent.id });
    expect(directory.bindings.toldDirectly).toContainEqual({ kind: 'agent', id: agent.id, workspaceId });
  });

  it('is told by an event as well, which then leaves the outbox', async () => {
    const owner = await directory.owner();
    const { workspaceId } = owner;
    const { id } = await owner.call(createAgent, { name: 'a' });
    await owner.call(deleteAgent, { agent_id: id });
    await eventually(() => directory.bindings.toldByEvent.some((told) => told.id === id));
    expect(directory.bindings.toldByEvent).toContainEqual({ kind: 'agent', id, workspaceId });
    await eventually(async () => (await inOutbox(id)).length === 0);
  });

  it('is, with a workspace, also its sandbox, each told as a workspace of its own', async () => {
    const owner = await directory.owner();
    const tester = await directory.sandboxed(owner);
    await owner.call(deleteWorkspace, {});
    for (const { workspaceId } of [owner, tester]) {
      const departed = { kind: 'workspace', id: workspaceId, workspaceId };
      expect(directory.bindings.toldDirectly).toContainEqual(departed);
      await eventually(() => directory.bindings.toldByEvent.some(({ id }) => id === workspaceId));
      expect(directory.bindings.toldByEvent).toContainEqual(departed);
    }
  });
});

describe('while the other service is down', () => {
  it('deletes all the same, with a warning, and keeps the event until it is back', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    Object.assign(directory.bindings, { failsCalls: true, failsEvents: true });
    const owner = await directory.owner();
    const { id } = await owner.call(createAgent, { name: 'a' });
    expect(await owner.call(deleteAgent, { agent_id: id })).toEqual({ id, deleted: true });
    expect(await owner.failure(getAgent, { agent_id: id })).toMatchObject({ code: 'not_found' });
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining(`could not be told that agent ${id} is deleted`),
    );
    expect(await inOutbox(id)).toHaveLength(1);
    expect(directory.bindings.toldByEvent.map((told) => told.id)).not.toContain(id);

    Object.assign(directory.bindings, { failsCalls: false, failsEvents: false });
    await eventually(() => directory.bindings.toldByEvent.some((told) => told.id === id));
    await eventually(async () => (await inOutbox(id)).length === 0);
  });
});

it('tells nobody of a deletion that did not happen', async () => {
  const owner = await directory.owner();
  const told = directory.bindings.toldDirectly.length;
  expect(await owner.failure(deleteCrew, { crew_id: 'crew_none' })).toMatchObject({ code: 'not_found' });
  expect(directory.bindings.toldDirectly).toHaveLength(told);
  expect(await inOutbox('crew_none')).toEqual([]);
});
