import { randomBytes } from 'node:crypto';
import { Api } from './api.js';

export const roles = ['OWNER', 'ADMIN', 'MANAGER', 'MEMBER', 'VIEWER'] as const;
export type Role = (typeof roles)[number];

/** A user of a workspace. */
export interface Member {
  id: string;
  userId: string;
  api: Api;
}

/** A token, and the caller that has it. */
export interface Token {
  id: string;
  api: Api;
}

/** A workspace of a test's own, with its owner as the caller. */
export interface Tenant {
  id: string;
  owner: Api;
  crewId: string;
  /** In the crew. */
  agentId: string;
  /** A caller with just this role. */
  as(role: Role): Promise<Api>;
  /** Somebody who is a member in this role. */
  member(role: Role): Promise<Member>;
  /** A token of these fields; its name does not matter. */
  token(fields: object): Promise<Token>;
  /** The agent itself. */
  agentApi(agentId?: string): Promise<Api>;
  newAgent(fields?: { crew_id?: string | null }): Promise<string>;
  newCrew(): Promise<string>;
  /** A workspace server, over HTTP unless told otherwise; its id. */
  newServer(fields?: Record<string, unknown>): Promise<string>;
}

export const unique = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`;

/** `anyUser` is an Api with any user's token, which a workspace can be made with. */
export async function newTenant(anyUser: Api): Promise<Tenant> {
  const made = (await anyUser.in(null).must('POST', '/api/v1/workspaces', { name: unique('Tenant') })) as {
    id: string;
    token: string;
  };
  const owner = new Api(anyUser.gateways, made.token, made.id);
  const idOf = async (path: string, body: object): Promise<string> =>
    ((await owner.must('POST', path, body)) as { id: string }).id;
  const newToken = async (fields: object): Promise<Token> => {
    const body = { name: unique('token'), ...fields };
    const { id, token } = (await owner.must('POST', '/api/v1/tokens', body)) as { id: string; token: string };
    return { id, api: owner.as(token) };
  };
  const tokenOf = async (fields: object): Promise<Api> => (await newToken(fields)).api;

  const crewId = await idOf('/api/v1/crews', { name: 'Crew' });
  const agentId = await idOf('/api/v1/agents', { name: 'Agent', crew_id: crewId });
  return {
    id: made.id,
    owner,
    crewId,
    agentId,
    as: (role) => tokenOf({ kind: 'service', role }),
    member: async (role) => {
      const userId = unique('user');
      const id = await idOf(`/api/v1/workspaces/${made.id}/members`, { user_id: userId, role });
      return { id, userId, api: await tokenOf({ kind: 'user', user_id: userId }) };
    },
    token: newToken,
    agentApi: (id = agentId) => tokenOf({ kind: 'agent', agent_id: id }),
    newAgent: (fields = { crew_id: crewId }) => idOf('/api/v1/agents', { name: unique('Agent'), ...fields }),
    newCrew: () => idOf('/api/v1/crews', { name: unique('Crew') }),
    newServer: (fields = {}) =>
      idOf('/api/v1/integrations', {
        name: unique('server'),
        endpoint: 'https://mcp.example.com/mcp',
        ...fields,
      }),
  };
}
