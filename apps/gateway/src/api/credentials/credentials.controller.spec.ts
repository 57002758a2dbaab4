import { ServiceError } from '@hawser/contracts';
import {
  createCredential,
  deleteCredential,
  getCredential,
  listCredentials,
  rotateKeys,
  updateCredential,
  type Credential,
} from '@hawser/contracts/vault';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { testGateway, token, type TestGateway } from '../../testing/test-gateway.js';

const url = '/api/v1/credentials';
const secret = 'canary-5ee1';
const fit = { name: 'github-token', type: 'bearer', value: secret };
const credential: Credential = {
  id: 'cred_1',
  workspace_id: 'ws_1',
  name: 'github-token',
  type: 'bearer',
  status: 'active',
  status_reason: null,
  provider: null,
  scopes: [],
  allowed_origins: null,
  expires_at: null,
  last_used_at: null,
  version: 1,
  used_by: [],
  created_at: '2026-01-02T03:04:05.000Z',
  updated_at: '2026-01-02T03:04:05.000Z',
};
const rotation = { master_key: 'k2', data_keys: 3, rewrapped: 2, remaining: 0 };

describe('credentials over HTTP', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await testGateway();
  });
  afterEach(() => gateway.app.close());

  const send = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) =>
    gateway.app.inject({
      method,
      url: `${url}${path}${path.includes('?') ? '&' : '?'}workspace_id=ws_1`,
      headers: { authorization: `Bearer ${token}` },
      ...(payload === undefined ? {} : { payload }),
    } satisfies InjectOptions);
  const asked = ({ subject }: { subject: string }): unknown[] =>
    gateway.bus.asked.filter((each) => each.subject === subject).map(({ request }) => request);
  const told = (answer: LightMyRequestResponse): unknown => [answer.statusCode, answer.json()];

  it('are made with 201', async () => {
    gateway.bus.answer(createCredential, credential);
    expect(told(await send('POST', '', fit))).toEqual([201, credential]);
    expect(asked(createCredential)).toEqual([fit]);
  });

  it('are listed by page, in an envelope', async () => {
    const page = { credentials: [credential], next_cursor: 'c2' };
    gateway.bus.answer(listCredentials, page);
    expect(told(await send('GET', '?limit=1&cursor=c1'))).toEqual([200, page]);
    expect(asked(listCredentials)).toEqual([{ limit: 1, cursor: 'c1' }]);
  });

  it('are read and changed by id', async () => {
    gateway.bus.answer(getCredential, credential);
    gateway.bus.answer(updateCredential, { ...credential, version: 2 });
    expect(told(await send('GET', '/cred_1'))).toEqual([200, credential]);
    const change = { value: secret, allowed_origins: null };
    expect(told(await send('PATCH', '/cred_1', change))).toEqual([200, { ...credential, version: 2 }]);
    expect([asked(getCredential), asked(updateCredential)]).toEqual([
      [{ credential_id: 'cred_1' }],
      [{ ...change, credential_id: 'cred_1' }],
    ]);
  });

  it('are deleted, by force only where that is asked for', async () => {
    const deleted = { deleted: true, revoked: null };
    gateway.bus.answer(deleteCredential, deleted);
    for (const query of ['', '?force=true', '?force=false']) {
      expect(told(await send('DELETE', `/cred_1${query}`))).toEqual([200, deleted]);
    }
    expect(asked(deleteCredential)).toEqual([
      { credential_id: 'cred_1' },
      { credential_id: 'cred_1', force: true },
      { credential_id: 'cred_1', force: false },
    ]);
    expect((await send('DELETE', '/cred_1?force=perhaps')).statusCode).toBe(400);
  });

  it('say with 409 who uses one that is to be deleted', async () => {
    const used_by = [{ kind: 'workspace_server', id: 'srv_1', name: 'github', agent_id: null }];
    gateway.bus.answer(deleteCredential, new ServiceError('credential_in_use', 'it is in use', { used_by }));
    expect((await send('DELETE', '/cred_1')).json()).toMatchObject({
      status: 409,
      code: 'credential_in_use',
      used_by,
    });
  });

  it('have their data keys encrypted anew, without a body', async () => {
    gateway.bus.answer(rotateKeys, rotation);
    expect(told(await send('POST', '/rotate-keys'))).toEqual([200, rotation]);
    expect(told(await send('POST', '/rotate-keys', {}))).toEqual([200, rotation]);
    expect((await send('POST', '/rotate-keys', { workspace_id: 'ws_2' })).statusCode).toBe(400);
    expect(asked(rotateKeys)).toEqual([{}, {}]);
  });

  it.each([
    { ...fit, name: '-' },
    { ...fit, type: 'password' },
    { ...fit, value: { text: secret } },
    { ...fit, value: '' },
    { ...fit, allowed_origins: ['https://mcp.example.com/path'] },
    { ...fit, status: 'active' },
  ])('refuse %j without a word of their value', async (body) => {
    const answer = await send('POST', '', body);
    expect(answer.json()).toMatchObject({ status: 400, code: 'validation_failed' });
    expect(answer.body).not.toContain(secret);
    expect(asked(createCredential)).toEqual([]);
  });

  it('answer 503 secret_encryption_unavailable while the vault is away', async () => {
    expect((await send('POST', '', fit)).json()).toMatchObject({
      status: 503,
      code: 'secret_encryption_unavailable',
      service: 'vault',
    });
    expect((await send('GET', '')).json()).toMatchObject({ code: 'secret_encryption_unavailable' });
  });
});
