import type { CreateToken } from '@hawser/contracts/directory';
import { requireFieldsOfKind, requireFuture, requireScopes } from './token-rules.js';

const token = (fields: Partial<CreateToken>): CreateToken => ({ name: 'ci', kind: 'service', ...fields });
const refused = (...fields: string[]): object => ({
  code: 'validation_failed',
  details: { errors: fields.map((field) => expect.objectContaining({ field })) },
});
const failure = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

it.each<[Partial<CreateToken>]>([
  [{ kind: 'service', role: 'VIEWER' }],
  [{ kind: 'agent', agent_id: 'agt_1', role: null, user_id: null }],
  [{ kind: 'user' }],
  [{ kind: 'user', user_id: 'usr_1' }],
])('takes a token with the fields of its kind: %j', (fields) => {
  expect(failure(() => requireFieldsOfKind(token(fields)))).toBeUndefined();
});

it.each<[Partial<CreateToken>, string[]]>([
  [{ kind: 'service' }, ['role']],
  [{ kind: 'service', role: 'VIEWER', agent_id: 'agt_1' }, ['agent_id']],
  [{ kind: 'service', role: 'VIEWER', user_id: 'usr_1' }, ['user_id']],
  [{ kind: 'agent' }, ['agent_id']],
  [{ kind: 'agent', agent_id: 'agt_1', role: 'VIEWER' }, ['role']],
  [{ kind: 'user', role: 'VIEWER' }, ['role']],
  [{ kind: 'user', agent_id: 'agt_1' }, ['agent_id']],
  [{ kind: 'service', user_id: 'usr_1', agent_id: 'agt_1' }, ['user_id', 'agent_id', 'role']],
])('refuses %j, naming %j', (fields, named) => {
  expect(failure(() => requireFieldsOfKind(token(fields)))).toMatchObject(refused(...named));
});

it('refuses an empty list of scopes, but not none', () => {
  expect(failure(() => requireScopes(token({ scopes: [] })))).toMatchObject(refused('scopes'));
  expect(failure(() => requireScopes(token({ scopes: null })))).toBeUndefined();
  expect(failure(() => requireScopes(token({})))).toBeUndefined();
  expect(failure(() => requireScopes(token({ scopes: ['integrations:read'] })))).toBeUndefined();
});

it('refuses an expiry that is not in the future', () => {
  const now = new Date();
  expect(failure(() => requireFuture(now, now))).toMatchObject(refused('expires_at'));
  expect(failure(() => requireFuture(new Date(now.getTime() + 1), now))).toBeUndefined();
  expect(failure(() => requireFuture(null, now))).toBeUndefined();
});
