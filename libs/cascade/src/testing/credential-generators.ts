import * as fc from 'fast-check';
import type { DisclosedCredential } from '../credentials.js';
import type { BindingRow, TierRows } from '../rows.js';
import { tierRows } from './generators.js';

/**
 * Rows whose texts hold templates, and credentials to fill them with. Each secret carries the name of its credential,
 * so that one which turns up where it does not belong is seen at once.
 */
const names = ['a', 'b', 'c'];
const texts = [
  ...names.map((name) => `{{credential:${name}}}`),
  'Bearer {{credential:a}}',
  '{{credential:b}}:{{credential:c}}',
  '{{credential:gone}}',
  '{{credential:}}{{credential: a }}',
  '{{credential:{{credential:a}}}}',
  '{{credential:a',
];

/** Ids of those that the bindings of `tierRows` have, and of those that only templates name. */
const credentialIds = [1, 2, 3, 4, 5, 6, 7].map((n) => `credential of bnd_${n}`);

export const secretOf = (name: string): string => `SECRET<${name}>`;

const status = fc.constantFrom<DisclosedCredential['status'][]>(
  'active',
  'active',
  'active',
  'pending',
  'revoked',
);
const origins = fc.constantFrom(null, null, ['https://a.example'], ['https://b.example', 'http://a.example']);
/** What no place can hold, what a careless replacement would read, and a template. */
const trimming = fc.constantFrom('', '', '', '\0', '\n', ':', '$&$1', '{{credential:a}}');

function credential(id: string, name: string): fc.Arbitrary<DisclosedCredential> {
  return fc
    .record({ status, origins, trimming, isThere: fc.boolean(), retryable: fc.boolean() })
    .map(({ status, origins: allowed_origins, trimming, isThere, retryable }) => ({
      id,
      name,
      type: 'secret',
      status,
      status_reason: null,
      allowed_origins,
      value: isThere || retryable ? secretOf(name) + trimming : null,
      retryable: retryable && !isThere,
    }));
}

/** Most of all that rows may name. */
export const credentials: fc.Arbitrary<DisclosedCredential[]> = fc
  .tuple(
    ...names.map((name) => credential(`cred_${name}`, name)),
    ...credentialIds.map((id, index) => credential(id, `bound-${index + 1}`)),
  )
  .chain((all) => fc.shuffledSubarray(all, { minLength: 6 }));

/** The rows of `tierRows`, some of their strings with templates in place of what they were. */
export const templatedRows: fc.Arbitrary<TierRows> = fc
  .tuple(tierRows, fc.array(fc.nat(texts.length * 2), { minLength: 20, maxLength: 20 }))
  .map(([rows, picks]) => {
    let next = 0;
    const pick = (): number => picks[next++ % picks.length] ?? 0;
    const templated = (json: string | null): string | null =>
      json &&
      JSON.stringify(
        JSON.parse(json, (_name, value: unknown) =>
          typeof value === 'string' ? (texts[pick()] ?? value) : value,
        ),
      );
    const server = <Row extends TierRows['workspace_servers'][number] | TierRows['crew_servers'][number]>(
      row: Row,
    ): Row => ({
      ...row,
      args_json: templated(row.args_json),
      env_json: templated(row.env_json),
      config_json: templated(row.config_json),
      headers_json: templated(row.headers_json),
    });
    const binding = (row: BindingRow): BindingRow => ({
      ...row,
      config_override_json: templated(row.config_override_json),
      cred_header: pick() % 2 === 0 ? 'x-key' : null,
      env_var_name: pick() % 3 === 0 ? null : 'TOKEN',
    });
    return {
      ...rows,
      workspace_servers: rows.workspace_servers.map(server),
      crew_servers: rows.crew_servers.map(server),
      bindings: rows.bindings.map(binding),
    };
  });
