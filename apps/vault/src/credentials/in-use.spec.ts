import type { UsedCredential } from '@hawser/contracts/bindings';
import { credentialInUse } from './in-use.js';

const user = (fields: Partial<UsedCredential>): UsedCredential => ({
  kind: 'workspace_server',
  id: 'srv_1',
  name: 'github',
  agent_id: null,
  credential_id: 'cred_1',
  templates: [],
  ...fields,
});
const binding = user({ kind: 'agent_binding', id: 'bnd_1', name: null, agent_id: 'agt_1' });

it.each([
  ['one', [user({})], 'workspace server "github"'],
  [
    'some',
    [user({}), user({ kind: 'crew_server', name: 'notes' }), binding],
    'workspace server "github", crew server "notes" and binding bnd_1 of agent agt_1',
  ],
  [
    'many',
    [user({}), user({}), user({}), user({}), user({})],
    'workspace server "github", workspace server "github", workspace server "github" and others',
  ],
])('names %s of its users', (_, users, list) => {
  expect(credentialInUse('token', users, 'stop that').message).toBe(
    `credential "token" is used by ${list}; stop that`,
  );
});

it('lists them all in its details', () => {
  expect(credentialInUse('token', [user({}), binding], 'stop that')).toMatchObject({
    code: 'credential_in_use',
    details: {
      used_by: [
        { kind: 'workspace_server', id: 'srv_1', name: 'github', agent_id: null },
        { kind: 'agent_binding', id: 'bnd_1', name: null, agent_id: 'agt_1' },
      ],
    },
  });
});
