import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import { parse } from 'yaml';
import { workspaceRoot } from '../architecture/services.js';
import { readCompose } from './compose-file.js';

const hasPsql = spawnSync('psql', ['--version']).status === 0;
const whySkipped = hasPsql ? '' : ' (skipped: there is no psql on the path)';
const folder = 'deploy/postgres';
const passwords = {
  DIRECTORY_PASSWORD: "it's $(a) \\password",
  BINDINGS_PASSWORD: 'b'.repeat(43),
  VAULT_PASSWORD: 'v'.repeat(43),
};

/** Whether a password is the one that PostgreSQL keeps as a SCRAM-SHA-256 verifier, RFC 5803. */
function isKept(verifier: string, password: string): boolean {
  const [, iterations = '', salt = '', , serverKey] =
    /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(verifier) ?? [];
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  return createHmac('sha256', salted).update('Server Key').digest('base64') === serverKey;
}

(hasPsql ? describe : describe.skip)(`the first start of PostgreSQL's container${whySkipped}`, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hawser-init-'));
  let postgres: EmbeddedPostgres;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    postgres = await EmbeddedPostgres.start({ dataDir, database: 'hawser', settings: { fsync: 'off' } });
    const host = new URL(postgres.url).searchParams.get('host') ?? '';
    environment = { PATH: process.env.PATH, PGHOST: host, POSTGRES_USER: 'postgres', POSTGRES_DB: 'hawser' };
  });
  afterAll(async () => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true });
  });

  const psql = (...args: string[]): string =>
    execFileSync(
      'psql',
      ['-v', 'ON_ERROR_STOP=1', '--username=postgres', '--dbname=hawser', '--no-psqlrc', ...args],
      {
        encoding: 'utf8',
        env: environment,
      },
    );

  it('makes the roles and gives each its password, as the image runs the files', () => {
    psql('-f', join(workspaceRoot, folder, 'roles.sql'));
    const script = join(workspaceRoot, folder, 'passwords.sh');
    execFileSync('bash', ['--norc', '-Eeo', 'pipefail', '-c', `. ${script}`], {
      env: { ...environment, ...passwords },
    });

    const kept = psql(
      '-Atc',
      "SELECT rolname || ' ' || rolpassword FROM pg_authid WHERE rolname LIKE 'hawser%'",
    );
    const verifiers = new Map(
      kept
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );
    expect(isKept(verifiers.get('hawser_directory')!, passwords.DIRECTORY_PASSWORD)).toBe(true);
    expect(isKept(verifiers.get('hawser_bindings')!, passwords.BINDINGS_PASSWORD)).toBe(true);
    expect(isKept(verifiers.get('hawser_vault')!, passwords.VAULT_PASSWORD)).toBe(true);
    expect(isKept(verifiers.get('hawser_bindings')!, passwords.DIRECTORY_PASSWORD)).toBe(false);
  });

  it('stops when a password is not given', () => {
    const { status, stderr } = spawnSync('sh', [join(workspaceRoot, folder, 'passwords.sh')], {
      encoding: 'utf8',
      env: { ...environment, BINDINGS_PASSWORD: 'b' },
    });
    expect([status === 0, stderr]).toEqual([
      false,
      expect.stringContaining('role hawser_directory must be given'),
    ]);
  });
});

describe('what the first start of PostgreSQL runs', () => {
  it('is the same in Compose and on Kubernetes, the roles first', () => {
    const inOrder = ['10-roles.sql=roles.sql', '20-passwords.sh=passwords.sh'];
    const kustomization = parse(
      readFileSync(join(workspaceRoot, folder, 'kustomization.yaml'), 'utf8'),
    ) as object;
    expect(kustomization).toMatchObject({ configMapGenerator: [{ files: inOrder }] });
    const { services } = readCompose('docker-compose.yml', {
      ...passwords,
      POSTGRES_PASSWORD: 'p',
      HAWSER_MASTER_KEYS: 'k1:key',
    });
    expect(services.postgres?.volumes).toEqual(
      expect.arrayContaining(
        inOrder.map((pair) => {
          const [target, source] = pair.split('=');
          return `./${folder}/${source}:/docker-entrypoint-initdb.d/${target}:ro`;
        }),
      ),
    );
  });
});
