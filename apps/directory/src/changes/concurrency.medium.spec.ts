import { randomInt, randomUUID } from 'node:crypto';
import {
  createAgent,
  createCrew,
  createMember,
  createToken,
  deleteAgent,
  deleteCrew,
  deleteMember,
  deleteToken,
  deleteWorkspace,
  listAgents,
  listCrews,
  listMembers,
  listTokens,
  updateAgent,
  updateCrew,
  updateMember,
  updateWorkspace,
} from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import type { Caller } from '../testing/caller.js';
import { DirectoryHarness } from '../testing/directory-harness.js';

let database: TestDatabase;
let directory: DirectoryHarness;

beforeAll(async () => {
  database = await testDatabase();
  directory = await DirectoryHarness.start(database.url);
});
afterAll(async () => {
  await directory.stop();
  await database.drop();
});

const oneOf = <T>(things: readonly T[]): T => things[randomInt(things.length)] as T;
const fresh = (): string => `x${randomUUID()}`;

/** Any one write, on whatever there is at the moment. */
async function writeAnything(caller: Caller, sandbox: Caller): Promise<unknown> {
  const who = oneOf([caller, caller, sandbox]);
  const crew_id = oneOf((await who.call(listCrews, {})).crews.map(({ id }) => id).concat(fresh()));
  const agent_id = oneOf((await who.call(listAgents, {})).agents.map(({ id }) => id).concat(fresh()));
  // Also one that is not there: none are left where the workspace has been deleted meanwhile.
  const stranger = { id: fresh(), user_id: fresh() };
  const member = oneOf(
    (await who.call(listMembers, {})).members.map(({ id, user_id }) => ({ id, user_id })).concat(stranger),
  );
  const token_id = oneOf((await who.call(listTokens, {})).tokens.map(({ id }) => id).concat(fresh()));
  const mode = oneOf(['live', 'test'] as const);
  return oneOf([
    () => who.call(createCrew, { name: oneOf(['a', 'b']) }),
    () => who.call(updateCrew, { crew_id, name: fresh() }),
    () => who.call(deleteCrew, { crew_id }),
    () => who.call(createAgent, { name: 'a', crew_id, owner_id: member.user_id }),
    () => who.call(updateAgent, { agent_id, crew_id, owner_id: member.user_id }),
    () => who.call(updateAgent, { agent_id, owner_id: null, name: fresh() }),
    () => who.call(deleteAgent, { agent_id }),
    () => caller.call(createMember, { user_id: fresh(), role: oneOf(['OWNER', 'VIEWER'] as const) }),
    () => caller.call(updateMember, { member_id: member.id, role: oneOf(['OWNER', 'VIEWER'] as const) }),
    () => caller.call(deleteMember, { member_id: member.id }),
    () => who.call(createToken, { name: 't', kind: 'user', user_id: member.user_id, mode }),
    () => who.call(createToken, { name: 't', kind: 'agent', agent_id, mode }),
    () => who.call(deleteToken, { token_id }),
    () => caller.call(updateWorkspace, { name: fresh(), slug: oneOf(['one', 'two']) }),
  ])();
}

it('whatever is written at once, nothing waits for itself and nothing fails without a reason', async () => {
  const owners = await Promise.all([directory.owner(), directory.owner()]);
  const codes = new Set<string>();
  const writers = owners.map(async (owner) => {
    const sandbox = await directory.sandboxed(owner);
    for (let round = 0; round < 25; round++) {
      const writes = Array.from({ length: 8 }, () => writeAnything(owner, sandbox));
      for (const outcome of await Promise.allSettled(writes)) {
        codes.add(outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code: string }).code);
      }
    }
    const last = [
      writeAnything(owner, sandbox),
      sandbox.call(deleteWorkspace, {}),
      owner.call(deleteWorkspace, {}),
    ];
    for (const outcome of await Promise.allSettled(last)) {
      if (outcome.status === 'rejected') codes.add((outcome.reason as { code?: string }).code ?? 'none');
    }
  });
  await Promise.all(writers);
  const reasons = ['done', 'not_found', 'validation_failed', 'name_taken', 'forbidden', 'last_owner'];
  expect([...codes].filter((code) => !reasons.includes(code))).toEqual([]);
  expect(codes).toContain('done');
}, 60_000);
