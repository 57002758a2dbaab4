import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindingsDatabase } from '@hawser/bindings';
import { directoryDatabase } from '@hawser/directory';
import { createDataSource, databaseReady, migrate } from '@hawser/persistence';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { vaultDatabase } from '@hawser/vault';
import { workspaceRoot } from '../architecture/services.js';

const roles = readFileSync(join(workspaceRoot, 'deploy/postgres/roles.sql'), 'utf8');
const services = { directory: directoryDatabase, bindings: bindingsDatabase, vault: vaultDatabase };
type Service = keyof typeof services;
const names = Object.keys(services) as Service[];
const pairs = names.flatMap((one) =>
  names.filter((other) => other !== one).map((other): [Service, Service] => [one, other]),
);
const tableOf = { directory: 'tokens', bindings: 'agent_bindings', vault: 'secrets' };

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

const urlOf = (role: string): string => database.url.replace(/\/\/\w+/, `//${role}`);
const urlOfService = (service: Service): string => urlOf(`hawser_${service}`);

/** Runs SQL as whoever the url names, without any schema in its search path. */
async function run<Row>(url: string, sql: string): Promise<Row[]> {
  const dataSource = createDataSource({ url, schema: 'none', entities: [], migrations: [] });
  await dataSource.initialize();
  try {
    return await dataSource.query<Row[]>(sql);
  } finally {
    await dataSource.destroy();
  }
}

async function migrateAsTheirRoles(): Promise<void> {
  for (const service of names) {
    await migrate(services[service](urlOfService(service)));
  }
}

/** Everything in the services' schemas, and the schemas, that is not its service's property. */
function foreignProperty(): Promise<{ name: string }[]> {
  return run(
    database.url,
    `SELECT nspname AS name FROM pg_namespace
      WHERE nspname IN ('directory', 'bindings', 'vault') AND pg_get_userbyid(nspowner) <> 'hawser_' || nspname
     UNION ALL
     SELECT oid::regclass::text FROM pg_class
      WHERE relnamespace::regnamespace::text IN ('directory', 'bindings', 'vault')
        AND pg_get_userbyid(relowner) <> 'hawser_' || relnamespace::regnamespace::text`,
  );
}

describe('the roles of the services', () => {
  it('migrate their own schemas, as often as one likes, and start with them', async () => {
    for (const time of ['first', 'second']) {
      await run(database.url, roles);
      await migrateAsTheirRoles();
      expect([time, await foreignProperty()]).toEqual([time, []]);
    }
    for (const service of names) {
      const lines: string[] = [];
      await databaseReady(services[service](urlOfService(service)), { log: (line) => lines.push(line) });
      expect(lines).toEqual([]);
    }
  });

  it.each(pairs)('%s may nothing in the schema of the other, %s', async (service, other) => {
    await run(database.url, roles);
    await migrateAsTheirRoles();
    const table = `${other}.${tableOf[other]}`;
    const forbidden = [
      `SELECT * FROM ${table}`,
      `SELECT * FROM ${other}.migrations`,
      `DELETE FROM ${table}`,
      `INSERT INTO ${other}.inbox (event_id) VALUES ('evt_1')`,
      `CREATE TABLE ${other}.mine ()`,
      `DROP TABLE ${table}`,
      `DROP SCHEMA ${other} CASCADE`,
      `GRANT USAGE ON SCHEMA ${other} TO hawser_${service}`,
      `SET ROLE hawser_${other}`,
    ];
    for (const sql of forbidden) {
      await expect(run(urlOfService(service), sql)).rejects.toThrow(/permission denied|must be owner/);
    }
    await run(urlOf(`hawser_${other}`), `SELECT * FROM ${table}`);
  });

  it.each(pairs)('%s may nothing in public, and makes no schemas, databases or roles', async (service) => {
    await run(database.url, `CREATE TABLE public.things (id int); GRANT ALL ON public.things TO PUBLIC`);
    await run(database.url, roles);
    const forbidden = [
      `SELECT * FROM public.things`,
      `INSERT INTO public.things VALUES (1)`,
      `CREATE TABLE public.mine ()`,
      `CREATE SCHEMA mine`,
      `CREATE DATABASE mine`,
      `CREATE ROLE mine`,
    ];
    for (const sql of forbidden) {
      await expect(run(urlOfService(service), sql)).rejects.toThrow(/permission denied/);
    }
  });

  it('take over what the standalone program has made, and lose what others had given them', async () => {
    for (const service of names) {
      await migrate(services[service](database.url));
    }
    expect(await foreignProperty()).not.toEqual([]);
    await run(
      database.url,
      `CREATE SEQUENCE bindings.alone; CREATE VIEW bindings.seen AS SELECT 1 AS one;
       INSERT INTO bindings.inbox (event_id) VALUES ('evt_kept')`,
    );
    await run(database.url, roles);
    await run(
      database.url,
      `GRANT ALL ON SCHEMA directory TO hawser_bindings, PUBLIC; GRANT ALL ON SCHEMA public TO hawser_bindings`,
    );
    await run(database.url, roles);
    expect(await foreignProperty()).toEqual([]);
    await migrateAsTheirRoles();
    expect(await run(urlOfService('bindings'), `SELECT event_id FROM bindings.inbox`)).toEqual([
      { event_id: 'evt_kept' },
    ]);
    for (const schema of ['directory', 'public']) {
      await expect(run(urlOfService('bindings'), `CREATE TABLE ${schema}.mine ()`)).rejects.toThrow(
        /permission denied/,
      );
    }
  });

  it('are made by an administrator who is no superuser, also where the schemas are already theirs', async () => {
    // By a name of its own: roles belong to the whole server.
    const name = new URL(database.url.replace(/\?.*/, '')).pathname.slice(1);
    const administrator = `admin_of_${name}`;
    await run(database.url, roles);
    await run(database.url, `DROP SCHEMA directory, bindings, vault`);
    await run(
      database.url,
      `CREATE ROLE ${administrator} LOGIN CREATEROLE;
       GRANT hawser_directory, hawser_bindings, hawser_vault TO ${administrator} WITH ADMIN OPTION;
       ALTER DATABASE ${name} OWNER TO ${administrator}`,
    );
    try {
      await migrate(bindingsDatabase(urlOf(administrator)));
      for (const time of ['first', 'second']) {
        await run(urlOf(administrator), roles);
        await migrateAsTheirRoles();
        expect([time, await foreignProperty()]).toEqual([time, []]);
      }
      const inPublic = `SELECT has_schema_privilege('public', 'USAGE') AS may`;
      expect(await run(urlOfService('bindings'), inPublic)).toEqual([{ may: false }]);
    } finally {
      await run(
        database.url,
        `ALTER DATABASE ${name} OWNER TO CURRENT_USER; REASSIGN OWNED BY ${administrator} TO CURRENT_USER;
         DROP OWNED BY ${administrator}; DROP ROLE ${administrator}`,
      );
    }
  });
});
