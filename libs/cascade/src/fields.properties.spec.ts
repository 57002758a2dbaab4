import * as fc from 'fast-check';
import type { EffectiveServer, ExplainedServer, Origin } from './answer.js';
import { explain } from './testing/rows-alone.js';
import type { BindingRow, ServerRow, TierRows } from './rows.js';
import { tierRows } from './testing/generators.js';
import {
  identitiesOf,
  isMoved,
  leafPointers,
  parseBare,
  rfc7396,
  rowAt,
  textAt,
  type Identity,
} from './testing/oracle.js';

/** Checks each server of the answer beside its identity in the rows. */
function forEachServer(check: (server: ExplainedServer, identity: Identity, rows: TierRows) => void): void {
  const property = fc.property(tierRows, (rows) => {
    const identities = new Map(identitiesOf(rows).map((identity) => [identity.server.id, identity]));
    for (const server of explain(rows).servers) {
      const identity = identities.get(server.server_id);
      if (identity === undefined) throw new Error(`No identity ${server.server_id}.`);
      check(server, identity, rows);
    }
  });
  fc.assert(property, { numRuns: 500 });
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

describe("every field's stated origin is true", () => {
  /** What a row says for a field of the answer. */
  const said: {
    [Field in keyof EffectiveServer]?: (row: ServerRow & BindingRow, origin: Origin) => unknown;
  } = {
    server_id: (row) => row.id,
    crew_server_id: (row) => row.id,
    scope: (_row, origin) => origin.tier,
    name: (row) => row.name,
    display_name: (row) => row.display_name,
    transport: (row) => row.transport,
    endpoint: (row) => row.endpoint,
    command: (row) => row.command,
    args_json: (row) => JSON.stringify(parsed(row.args_json)),
    icon: (row) => row.icon,
    enabled: (row) => row.enabled,
    binding_id: (row) => row.id,
    credential_id: (row) => row.credential_id,
    cred_type: (row) => row.cred_type,
  };

  it('for fields of one value: the row says that value, and without an origin there is none', () => {
    forEachServer((server, _identity, rows) => {
      for (const [field, saidBy] of Object.entries(said)) {
        const value = server[field as keyof typeof said];
        const origin = server.origins[field as keyof typeof said] as Origin | null;
        if (origin === null)
          expect([field, value]).toEqual([field, field === 'display_name' ? server.name : null]);
        else
          expect([field, saidBy(rowAt(rows, origin) as ServerRow & BindingRow, origin)]).toEqual([
            field,
            value,
          ]);
      }
      expect([server.credential_name, server.origins.credential_name, server.origins.problems]).toEqual([
        null,
        null,
        null,
      ]);
    });
  });

  it('for variables and headers: the row says that value under that name', () => {
    const isTrue = (
      values: object | null,
      origins: object | null,
      saidBy: (origin: Origin) => string | null,
      rows: TierRows,
    ): void => {
      expect(Object.keys(origins ?? {})).toEqual(Object.keys(values ?? {}));
      expect(origins === null).toBe(values === null);
      const given = new Map(Object.entries(values ?? {}));
      for (const [name, origin] of Object.entries(origins ?? {}) as [string, Origin][]) {
        expect(rowAt(rows, origin)).toBeDefined();
        expect(new Map(Object.entries(parsed(saidBy(origin)) as object)).get(name)).toBe(given.get(name));
      }
    };
    forEachServer((server, _identity, rows) => {
      const row = (origin: Origin): ServerRow => rowAt(rows, origin) as ServerRow;
      isTrue(
        parsed(server.env_json) as object,
        server.origins.env_json,
        (origin) => row(origin).env_json,
        rows,
      );
      isTrue(server.headers, server.origins.headers, (origin) => row(origin).headers_json, rows);
    });
  });

  it('for config: the row says that value at each pointer, and every leaf has an origin', () => {
    forEachServer((server, _identity, rows) => {
      if (server.config_json === null) {
        expect(server.origins.config_json).toBeNull();
        return;
      }
      const origins = new Map(Object.entries(server.origins.config_json ?? {}));
      expect([...origins.keys()].sort()).toEqual(leafPointers(server.config_json).sort());
      for (const [pointer, origin] of origins) {
        const row = rowAt(rows, origin) as ServerRow & BindingRow;
        const json = origin.tier === 'agent' ? row.config_override_json : row.config_json;
        const value = textAt(server.config_json, pointer);
        // An object that is empty after deletions: the row says nothing but deletions there.
        const saidThere = textAt(json, pointer)?.replace(/^\{("[^"]*":null,?)+\}$/, '{}');
        expect([pointer, saidThere]).toEqual([pointer, value]);
      }
    });
  });

  it('for tools: the crew row is the one whose tools are disabled', () => {
    forEachServer((server, _identity, rows) => {
      const origin = server.origins.tools.disabled;
      expect(origin?.id ?? null).toBe(server.crew_server_id);
      const disabled = rows.tools.filter(
        ({ crew_server_id, enabled }) => crew_server_id === origin?.id && !enabled,
      );
      expect(server.tools.disabled).toEqual(disabled.map(({ tool_name }) => tool_name).sort());
    });
  });
});

describe('no value is lost', () => {
  it('fields that replace hold the last word on them, and a problem tells of a missing one', () => {
    forEachServer((server, { server: base, override }) => {
      const isHttp = server.transport === 'streamable-http';
      expect(server.transport).toBe(override?.transport ?? base.transport);
      expect(server.display_name).toBe(override?.display_name ?? base.display_name ?? base.name);
      expect(server.icon).toBe(override?.icon ?? base.icon);
      expect(server.endpoint).toBe(isHttp ? (override?.endpoint ?? base.endpoint) : null);
      expect(server.command).toBe(isHttp ? null : (override?.command ?? base.command));
      expect(parsed(server.args_json)).toEqual(isHttp ? null : parsed(override?.args_json ?? base.args_json));
      const needed = isHttp ? 'endpoint' : 'command';
      const incomplete = server.problems.filter(({ code }) => code === 'config_incomplete');
      expect(incomplete.map(({ field }) => field)).toEqual(server[needed] === null ? [needed] : []);
    });
  });

  it('config is the RFC 7396 merge of the base, the override and the applying binding', () => {
    forEachServer((server, { server: base, override, bindings }) => {
      const applying = bindings.find(({ scope }) => scope === 'crew') ?? bindings[0];
      const patches = [override?.config_json, applying?.config_override_json].filter(
        (text) => typeof text === 'string',
      );
      let config = base.config_json === null ? undefined : parseBare(base.config_json);
      for (const patch of patches) config = rfc7396(config, parseBare(patch));
      expect(server.config_json).toBe(config === undefined ? null : JSON.stringify(config));
      expect(server.binding_id).toBe(applying?.id ?? null);
    });
  });

  it('env and headers hold every value that the override and an unmoved base say, and a problem tells of others', () => {
    forEachServer((server, identity) => {
      const { server: base, override } = identity;
      const isHttp = server.transport === 'streamable-http';
      const field = isHttp ? 'headers_json' : 'env_json';
      const counting = [...(isMoved(identity) ? [] : [base[field]]), override?.[field] ?? null];
      const isSameName = (one: string, other: string): boolean =>
        isHttp ? one.toUpperCase() === other.toUpperCase() : one === other;
      const expected: [string, string][] = [];
      for (const text of counting) {
        for (const [name, value] of Object.entries((parsed(text) ?? {}) as Record<string, string | null>)) {
          const same = expected.findIndex(([other]) => isSameName(other, name));
          if (same >= 0) expected.splice(same, 1);
          if (value !== null) expected.push([name, value]);
        }
      }
      const namesIn = (text: string | null): string[] => Object.keys(parsed(text) ?? {});
      const restated = namesIn(override?.[field] ?? null);
      const lost = namesIn(base[field]).filter((name) => !restated.some((other) => isSameName(other, name)));
      expect(server.problems.some((problem) => problem.field === (isHttp ? 'headers' : 'env_json'))).toBe(
        isMoved(identity) && lost.length > 0,
      );
      const values = isHttp ? server.headers : (parsed(server.env_json) as object | null);
      expect(values === null).toBe(counting.every((text) => text === null));
      expect(Object.entries(values ?? {}).sort()).toEqual(expected.sort());
      expect(isHttp ? server.env_json : server.headers).toBeNull();
    });
  });
});
