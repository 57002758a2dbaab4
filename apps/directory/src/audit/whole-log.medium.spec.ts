import {
  createCrew,
  listAudit,
  type AuditEntry,
  type AuditPage,
  type AuditQuery,
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

/** The vault notes that it gave values out. */
function disclose(caller: Caller, at: string, id: string): AuditEntry {
  const entry: AuditEntry = {
    id,
    workspace_id: caller.workspaceId,
    at,
    actor_kind: 'agent',
    actor_id: 'tok_of_agent',
    actor_user_id: null,
    action: 'credentials.disclosed',
    target_id: 'agt_1',
    target_name: null,
    fields: ['github'],
    request_id: 'req_1',
  };
  directory.disclosures.entries.push(entry);
  return entry;
}

const list = (caller: Caller, query: AuditQuery = {}): Promise<AuditPage> => caller.call(listAudit, query);

/** An owner with `crews` and the creation of their workspace in the log, and the newest of these. */
async function busy(crews: number): Promise<{ owner: Caller; newest: AuditEntry }> {
  const owner = await directory.owner();
  for (let number = 1; number <= crews; number++) await owner.call(createCrew, { name: `Crew ${number}` });
  const [newest] = (await list(owner)).entries;
  if (newest === undefined) throw new Error('nothing was noted');
  return { owner, newest };
}

describe("the directory's log and the vault's", () => {
  it('are one, newest first, of the workspace that asks', async () => {
    const { owner, newest } = await busy(1);
    const first = disclose(owner, '2026-01-01T00:00:00.000Z', 'aud_1');
    const last = disclose(owner, '2100-01-01T00:00:00.000Z', 'aud_2');
    disclose((await busy(0)).owner, '2100-01-01T00:00:00.000Z', 'aud_3');
    const { entries, next_cursor } = await list(owner);
    expect(entries.map(({ action }) => action)).toEqual([
      'credentials.disclosed',
      'crew.created',
      'workspace.created',
      'credentials.disclosed',
    ]);
    expect([entries[0], entries[1], entries[3]]).toEqual([last, newest, first]);
    expect(next_cursor).toBeNull();
  });

  it('are walked by one cursor, past entries of both of the same moment', async () => {
    const { owner, newest } = await busy(4);
    for (const id of ['aud_0', 'aud_1', 'aud_zz']) disclose(owner, newest.at, id);
    const whole = await list(owner);
    expect(whole.entries).toHaveLength(8);
    const walked: AuditEntry[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: AuditPage = await list(owner, { limit: 3, ...(cursor === '' ? {} : { cursor }) });
      walked.push(...page.entries);
      cursor = page.next_cursor;
    }
    expect(walked).toEqual(whole.entries);
  });

  it('are asked the same: an actor is looked for in both', async () => {
    const { owner } = await busy(1);
    const given = disclose(owner, '2100-01-01T00:00:00.000Z', 'aud_1');
    expect((await list(owner, { actor: 'tok_of_agent' })).entries).toEqual([given]);
  });
});

describe('while the vault is away', () => {
  beforeAll(() => directory.disclosures.goAway());
  afterAll(() => directory.disclosures.comeBack());

  it('the log is not shown without its part', async () => {
    const owner = await ownerOfCrew();
    expect(await owner.failure(listAudit, {})).toMatchObject({ code: 'secret_encryption_unavailable' });
    expect(await owner.failure(listAudit, { action: 'credentials.disclosed' })).toMatchObject({
      code: 'secret_encryption_unavailable',
    });
  });

  it('other actions are shown, which are none of its', async () => {
    const owner = await ownerOfCrew();
    expect((await list(owner, { action: 'crew.created' })).entries).toHaveLength(1);
  });

  async function ownerOfCrew(): Promise<Caller> {
    const owner = await directory.owner();
    await owner.call(createCrew, { name: 'Crew' });
    return owner;
  }
});

it('asks only the part that can have the action', async () => {
  const { owner } = await busy(1);
  const given = disclose(owner, '2100-01-01T00:00:00.000Z', 'aud_1');
  expect((await list(owner, { action: 'credentials.disclosed' })).entries).toEqual([given]);
  const { asked } = directory.disclosures;
  expect((await list(owner, { action: 'crew.created' })).entries).toHaveLength(1);
  expect(directory.disclosures.asked).toBe(asked);
});
