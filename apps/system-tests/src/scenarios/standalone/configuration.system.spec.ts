import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Api } from '../../harness/api.js';
import { processesOn } from '../../harness/processes.js';
import { newDataDir } from '../../harness/data-dir.js';
import { Standalone } from '../../harness/standalone.js';

const goodToken = `hws_live_${'b'.repeat(43)}`;

let folder: string;
beforeAll(async () => {
  folder = await newDataDir();
});
afterAll(() => rm(folder, { recursive: true }));

/** Starts what must not start; its exit code and what it said. */
async function refusal(
  env: Record<string, string>,
  dataDir: string,
): Promise<{ code: number | null; lines: string[] }> {
  const system = await Standalone.spawn({ dataDir, env });
  const code = await system.exited;
  await system.outputEnded;
  expect(system.stdout).toBe('');
  return { code, lines: system.stderr.trimEnd().split('\n') };
}

describe('a value that cannot be used', () => {
  it.each([
    ['HAWSER_PORT', 'abc', 'abc'],
    ['HAWSER_MASTER_KEYS', 'bad-s3cret', null],
    ['DATABASE_URL', 'mysql://user:s3cret@localhost/db', null],
  ])(
    'of %s (%s) ends it with one line that names it, before anything is made',
    async (name, value, shown) => {
      const dataDir = join(folder, 'never-made');
      const { code, lines } = await refusal({ [name]: value }, dataDir);
      expect(code).toBe(1);
      expect(lines).toEqual([expect.stringMatching(new RegExp(`^hawser: ${name} must be `))]);
      if (shown === null) expect(lines[0]).not.toContain('s3cret');
      else expect(lines[0]).toContain(shown);
      await expect(access(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it('of OIDC_ISSUER without an audience ends it with one line', async () => {
    const OIDC_ISSUER = 'https://id.example.com';
    const { code, lines } = await refusal({ OIDC_ISSUER }, join(folder, 'no-audience'));
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^hawser: OIDC_AUDIENCE must be set when OIDC_ISSUER is: /),
    ]);
  });

  it('of DATABASE_URL that leads nowhere ends it with one line too, without the password', async () => {
    const DATABASE_URL = 'postgresql://user:s3cret@127.0.0.1:1/db';
    const { code, lines } = await refusal({ DATABASE_URL }, join(folder, 'leads-nowhere'));
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^hawser: DATABASE_URL .*127\.0\.0\.1:1/)]);
    expect(lines[0]).not.toContain('s3cret');
  });
});

describe('a port that is in use', () => {
  let first: Standalone;
  beforeAll(async () => {
    first = await Standalone.start();
  });
  afterAll(() => first.stop());

  it('ends it with one line that names the port, and PostgreSQL with it, and harms nobody', async () => {
    const { port } = new URL(first.url);
    const dataDir = join(folder, 'port-in-use');
    const { code, lines } = await refusal({ HAWSER_PORT: port }, dataDir);
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^hawser: .*${port}.*HAWSER_PORT`))]);
    expect(await processesOn(dataDir)).toEqual([]);
    expect((await new Api(first.gateways, first.ownerToken).get('/api/v1/me')).status).toBe(200);
  });
});

describe('a bootstrap token', () => {
  it('is the owner token of a first start, and one that a later start is given is added', async () => {
    const dataDir = join(folder, 'bootstrap');
    // Empty values count as unset, as compose files and charts produce them.
    const empty = {
      HAWSER_HOST: '',
      HAWSER_PUBLIC_URL: '',
      HAWSER_MASTER_KEYS: '',
      HAWSER_CORS_ORIGINS: '',
      DATABASE_URL: '',
      NATS_URL: '',
    };
    const roleOf = async (system: Standalone, token: string): Promise<unknown> =>
      (await new Api(system.gateways, token).get('/api/v1/me')).body.role;

    const first = await Standalone.start({ dataDir, env: { ...empty, HAWSER_BOOTSTRAP_TOKEN: goodToken } });
    expect(first.ownerToken).toBe(goodToken);
    expect(await roleOf(first, goodToken)).toBe('OWNER');
    await first.stop();

    const added = `hws_live_${'c'.repeat(43)}`;
    const second = await Standalone.start({ dataDir, env: { ...empty, HAWSER_BOOTSTRAP_TOKEN: added } });
    expect(await roleOf(second, added)).toBe('OWNER');
    expect(await roleOf(second, goodToken)).toBe('OWNER');
    await second.stop();

    const third = await Standalone.start({ dataDir, env: { ...empty, HAWSER_BOOTSTRAP_TOKEN: '' } });
    expect(third.stdout).not.toContain('hws_live_');
    expect(await roleOf(third, added)).toBe('OWNER');
    await third.stop();
  });
});

describe('a public URL', () => {
  it('is the address that is printed in place of the one listened on', async () => {
    const dataDir = join(folder, 'bootstrap');
    const publicUrl = 'https://hawser.example.com';
    const system = await Standalone.start({ dataDir, env: { HAWSER_PUBLIC_URL: publicUrl } });
    expect(system.url).toBe(publicUrl);
    expect(system.curlLine).toContain(`'${publicUrl}/api/v1/agents/`);
    await system.stop();
  });
});
