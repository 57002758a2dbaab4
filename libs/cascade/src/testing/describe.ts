import type { EffectiveServer, ExplainedServer, Explanation, Origin } from '../answer.js';
import type { DisclosedCredential } from '../credentials.js';
import type { TierRows } from '../rows.js';
import { binding, credential, override, standalone, tiers, workspaceServer } from './factories.js';

/** A row of the table in docs/cascade.md, whose words the functions below make of rows and answers. */
export interface Case {
  readonly title: string;
  readonly rows: Partial<TierRows>;
  /** What the vault has; nothing unless said otherwise. */
  readonly credentials?: readonly DisclosedCredential[];
  /** Whether the answer is for somebody who may not read secrets. */
  readonly redacted?: true;
  /** The fields that the case is about. */
  readonly shows?: readonly (keyof EffectiveServer)[];
  readonly resolved: readonly string[];
  readonly explained: readonly string[];
}

/** Rows in the words of docs/cascade.md: what differs from the rows that the factories give. */
export function describeRows(partial: Partial<TierRows>): string[] {
  const rows = tiers(partial);
  return [
    ...(rows.crew_id === null ? ['agent without a crew'] : []),
    ...rows.workspace_servers.map(
      (row) =>
        `workspace ${row.id} ${row.name}${differences(row, workspaceServer({ id: row.id, name: row.name }))}`,
    ),
    ...rows.crew_servers.map((row) => {
      const { id, name, workspace_mcp_server_id: link } = row;
      const usual = link === null ? standalone({ id, name }) : override({ id });
      return `crew ${id} ${link === null ? name : `overrides ${link}`}${differences(row, usual)}`;
    }),
    ...rows.bindings.map(
      (row) =>
        `binding ${row.id} to ${row.server_id}${differences(row, { ...binding(), id: row.id, server_id: row.server_id, scope: row.scope })}`,
    ),
    ...rows.tools.map(({ tool_name, crew_server_id }) => `tool ${tool_name} of ${crew_server_id} off`),
  ];
}

function differences(row: object, usual: object): string {
  const usually = new Map<string, unknown>(Object.entries(usual));
  return Object.entries(row)
    .filter(([field, value]) => value !== usually.get(field))
    .map(([field, value]) => ` ${field}=${valueText(field, value)}`)
    .join('');
}

/** What the rows are filled with, in the same words. */
export function describeVault({ credentials = [], redacted }: Case): string[] {
  return [
    ...credentials.map((each) => {
      const { id, name } = each;
      return `credential ${id} ${name}${differences(each, credential({ id, name }))}`;
    }),
    ...(redacted ? ['for somebody who may not read secrets'] : []),
  ];
}

/** What `resolve` answers, a line for each server. */
export function describeServers(servers: readonly EffectiveServer[], shows: Case['shows'] = []): string[] {
  return servers.map((server) => {
    const fields = shows.map((field) => ` ${field}=${valueText(field, server[field])}`).join('');
    const problems = server.problems.map(({ code, field }) => `; ${code}: ${field}`).join('');
    return `${server.name} (${idsOf(server)})${fields}${problems}`;
  });
}

/** What `explain` adds to it: origins of the shown fields that have one, and what is left out. */
export function describeExplanation(explanation: Explanation, shows: Case['shows'] = []): string[] {
  return [
    ...explanation.servers.flatMap((server) => shows.flatMap((field) => originText(server, field))),
    ...explanation.left_out.map((gone) => `${idsOf(gone)} ${gone.reason} by ${gone.by.tier} ${gone.by.id}`),
  ];
}

function originText({ origins }: ExplainedServer, field: keyof EffectiveServer): string[] {
  const origin: Origin | Record<string, Origin | null> | null = origins[field];
  if (origin === null) return [];
  if (isOrigin(origin)) return [`${field} from ${origin.tier} ${origin.id}`];
  const parts = Object.entries(origin).map(([key, from]) => `${key} from ${from?.tier} ${from?.id}`);
  return [`${field}: ${parts.join(', ') || 'nothing'}`];
}

function isOrigin(origin: Origin | Record<string, Origin | null>): origin is Origin {
  return typeof origin.tier === 'string';
}

function idsOf(entry: { server_id: string; crew_server_id: string | null }): string {
  return [...new Set([entry.server_id, entry.crew_server_id ?? entry.server_id])].join(', ');
}

/** JSON text stands for itself. */
function valueText(field: string, value: unknown): string {
  return field.endsWith('_json') && typeof value === 'string' ? value : JSON.stringify(value);
}
