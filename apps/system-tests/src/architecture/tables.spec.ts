import { projects, sourcesOf, type Project, type SourceFile } from './services.js';

/** Tables that every service has of its own, by the same name. */
const everyService = ['outbox', 'inbox', 'idempotency_keys', 'migrations'];
/** That services which keep things of tenants make for themselves, by the name that libs/persistence knows. */
const ofTenants = 'departed_tenants';
/** PostgreSQL's own, and functions that stand where a table may. */
const ofPostgres = /^(pg_\w+|information_schema\..+|unnest|generate_series|json\w*)$/;

interface Mention {
  table: string;
  path: string;
}

/** Text in quotes or backticks, where SQL is written; a comment is none. */
function quotedIn(text: string): string {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/`[^`]*`|'[^'\n]*'|"[^"\n]*"/g)].map(([quoted]) => quoted).join('\n');
}

function createdIn({ path, text }: SourceFile): Mention[] {
  return [...quotedIn(text).matchAll(/CREATE TABLE (?:IF NOT EXISTS )?([\w.]+)/g)].map(([, table = '']) => ({
    table,
    path,
  }));
}

/** Tables that entities are mapped to, and that SQL reads or writes. */
function usedIn({ path, text }: SourceFile): Mention[] {
  const sql = quotedIn(text);
  const named = new Set([...sql.matchAll(/\b(\w+) AS \(/g)].map(([, name]) => name));
  const mentioned = [
    ...text.matchAll(/@Entity\('([\w.]+)'/g),
    ...sql.matchAll(
      /\b(?:(?<!DISTINCT )FROM|JOIN|INTO|UPDATE|REFERENCES|TRUNCATE|ON)\s+(?:ONLY\s+)?([a-z_][\w.]*)\b/g,
    ),
  ];
  return mentioned
    .filter(([whole, table = '']) => !named.has(table) && (!whole.startsWith('ON') || isIndexed(sql, table)))
    .map(([, table = '']) => ({ table, path }))
    .filter(({ table }) => !ofPostgres.test(table));
}

/** `ON` names a table in `CREATE INDEX x ON table` only. */
function isIndexed(sql: string, table: string): boolean {
  return new RegExp(`CREATE (UNIQUE )?INDEX \\w+ ON ${table}\\b`).test(sql);
}

const all = projects();
const owners = all.filter(({ type, scope }) => type === 'service' && scope !== 'gateway');
const everywhere = all.map((project): [Project, SourceFile[]] => [
  project,
  [...sourcesOf(project, 'running'), ...sourcesOf(project, 'testing')],
]);
const created = new Map(
  owners.map((project) => [
    project.scope,
    sourcesOf(project, 'running')
      .flatMap(createdIn)
      .map(({ table }) => table)
      .filter((table) => table !== ofTenants),
  ]),
);

describe('tables', () => {
  it('are found where they are made and where they are used', () => {
    expect(created.get('bindings')).toEqual([
      'workspace_servers',
      'crew_servers',
      'agent_bindings',
      'tool_states',
    ]);
    expect(created.get('directory')).toEqual(
      expect.arrayContaining(['workspaces', 'members', 'crews', 'agents', 'tokens']),
    );
    const text = `
      // SELECT * FROM comments
      @Entity('cats')
      const sql = \`WITH old AS (SELECT * FROM dogs) SELECT * FROM old JOIN owls ON owls.id = old.id\`;
      query('UPDATE "x" SET a = 1'); query("DELETE FROM hens WHERE a IS DISTINCT FROM b"); query('FROM unnest($1) CREATE INDEX i ON elks (id)')`;
    const tables = usedIn({ path: 'x.ts', text }).map(({ table }) => table);
    expect(tables.sort()).toEqual(['cats', 'dogs', 'elks', 'hens', 'owls']);
  });

  it('are made by one service each, but for those that every service has', () => {
    const makers = Map.groupBy(
      [...created].flatMap(([scope, tables]) => tables.map((table) => ({ scope, table }))),
      ({ table }) => table,
    );
    expect([...makers.values()].filter((each) => each.length > 1)).toEqual([]);
    for (const table of everyService) expect([...makers.keys()]).not.toContain(table);
  });

  it.each(owners)('are read and written by the service that made them only: $scope', ({ folder, scope }) => {
    const [, sources] = everywhere.find(([project]) => project.folder === folder) ?? [undefined, []];
    const allowed = new Set([...(created.get(scope) ?? []), ...everyService, ofTenants]);
    const foreign = sources.flatMap(usedIn).filter(({ table }) => !allowed.has(table));
    expect(foreign).toEqual([]);
  });

  it('are never named with a schema, which would be a way to another service', () => {
    const schemas = owners.map(({ scope }) => scope);
    const qualified = new RegExp(
      `\\b(?:${schemas.join('|')})\\.(?:${[...created.values()].flat().join('|')})\\b`,
    );
    const naming = everywhere.flatMap(([{ type }, sources]) =>
      (type === 'test' ? [] : sources)
        .filter(({ text }) => qualified.test(quotedIn(text)))
        .map(({ path }) => path),
    );
    expect(qualified.test('SELECT * FROM directory.agents')).toBe(true);
    expect(naming).toEqual([]);
  });

  it('are no business of the gateway, of the program or of libraries', () => {
    const own = new Set([...created.values()].flat());
    const others = everywhere.filter(([{ type, scope }]) => type !== 'service' || scope === 'gateway');
    const mentions = others
      .flatMap(([, sources]) => sources.flatMap(usedIn))
      .filter(({ table }) => own.has(table));
    expect(mentions).toEqual([]);
  });

  it('are queried in repositories and migrations only', () => {
    const elsewhere = owners
      .flatMap((project) => sourcesOf(project, 'running'))
      .filter(({ path }) => !/(\.repository\.ts|\/migrations\/[\w-]+\.ts)$/.test(path))
      .filter(({ text }) => /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s/.test(quotedIn(text)))
      .map(({ path }) => path);
    expect(elsewhere).toEqual([]);
  });
});
