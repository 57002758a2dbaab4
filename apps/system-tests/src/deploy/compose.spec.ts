import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../architecture/services.js';
import { interpolate, readCompose, type ComposeFile, type Service } from './compose-file.js';
import { longRunning, programs, wrongVariables } from './programs.js';

/** The keys that Compose knows, of those that our files use. */
const knownKeys = {
  file: ['name', 'services', 'networks', 'volumes'],
  service: [
    ...[
      'image',
      'build',
      'command',
      'environment',
      'ports',
      'networks',
      'volumes',
      'tmpfs',
      'shm_size',
      'user',
    ],
    ...['depends_on', 'healthcheck', 'restart', 'init', 'read_only', 'cap_drop', 'security_opt', 'logging'],
    ...['stop_grace_period', 'deploy'],
  ],
  build: ['context', 'dockerfile', 'args'],
  healthcheck: ['test', 'interval', 'timeout', 'start_period', 'retries', 'disable'],
  deploy: ['replicas'],
};
const conditions = ['service_healthy', 'service_completed_successfully'];
const marginSeconds = 5;

/** What deploy/compose-env.sh prints, as Compose reads it from `.env`. */
const secrets = Object.fromEntries(
  execFileSync('sh', [join(workspaceRoot, 'deploy/compose-env.sh')], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
) as Record<string, string>;

const unknownKeys = (value: object, known: string[]): string[] =>
  Object.keys(value).filter((key) => !known.includes(key) && !key.startsWith('x-'));

const isMigration = (name: string): boolean => name.endsWith('-migration');
const seconds = (text = ''): number => Number(/^(\d+)s$/.exec(text)?.[1]);

describe.each(['docker-compose.yml', 'compose.dev.yml'])('%s', (file) => {
  const compose = readCompose(file, secrets);
  const services = Object.entries(compose.services);

  it('has only keys that Compose knows', () => {
    expect(unknownKeys(compose, knownKeys.file)).toEqual([]);
    for (const [, service] of services) {
      expect(unknownKeys(service, knownKeys.service)).toEqual([]);
      for (const part of ['build', 'healthcheck', 'deploy'] as const) {
        expect(unknownKeys(service[part] ?? {}, knownKeys[part])).toEqual([]);
      }
    }
  });

  it.each(services)('depends only on what it has, and mounts only files that are there: %s', (_, service) => {
    const { depends_on = {}, volumes = [], networks = [], build } = service;
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(Object.keys(compose.services)).toContain(other);
      expect(conditions).toContain(condition);
      if (condition === 'service_healthy') expect(compose.services[other]?.healthcheck?.test).toBeDefined();
    }
    for (const network of networks) expect(Object.keys(compose.networks ?? {})).toContain(network);
    for (const [source = '', target] of volumes.map((volume) => volume.split(':'))) {
      expect(target).toMatch(/^\//);
      if (source.startsWith('./')) expect(existsSync(join(workspaceRoot, source))).toBe(true);
      else expect(Object.keys(compose.volumes ?? {})).toContain(source);
    }
    if (build) expect(existsSync(join(workspaceRoot, build.context, build.dockerfile))).toBe(true);
  });

  it.each(services)('pins images, and publishes on loopback alone: %s', (_, { image, ports = [] }) => {
    expect(image).toMatch(/:\d+\.\d+[\w.-]*$/);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it.each(services.filter(([name]) => !isMigration(name)))('asks %s how it is', (_, { healthcheck }) => {
    expect(healthcheck?.test?.[0]).toBe('CMD');
  });
});

describe('the whole system by Compose', () => {
  const compose: ComposeFile = readCompose('docker-compose.yml', secrets);
  const service = (name: string): Service => compose.services[name]!;

  it('is every program, PostgreSQL and NATS', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      [...Object.keys(programs), 'nats', 'postgres'].sort(),
    );
    for (const name of ['bindings', 'vault', 'probe']) expect(service(name).deploy?.replicas).toBe(2);
  });

  it('publishes nothing but the gateway, and gives a way out to it, the vault and the probe, on networks of their own', () => {
    const published = Object.entries(compose.services).filter(([, { ports = [] }]) => ports.length > 0);
    expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
      ['gateway', ['127.0.0.1:8080:8080']],
    ]);
    expect(compose.networks).toEqual({ front: null, back: { internal: true }, out: null });
    const withWayOut: Record<string, string[]> = {
      gateway: ['front', 'back'],
      vault: ['back', 'out'],
      probe: ['back', 'out'],
    };
    for (const [name, { networks }] of Object.entries(compose.services)) {
      expect([name, networks]).toEqual([name, withWayOut[name] ?? ['back']]);
    }
  });

  it.each(Object.keys(programs))('gives %s the variables that it needs, and no others', (name) => {
    const given = Object.entries(service(name).environment ?? {}).map(([key, value]) => [key, String(value)]);
    expect(wrongVariables(name, Object.fromEntries(given) as Record<string, string>)).toEqual([]);
  });

  it('notices a variable that is missing, and one that nobody reads', () => {
    const rest = { ...service('gateway').environment, NATS_URL: '' } as Record<string, string>;
    expect(wrongVariables('gateway', rest)).toEqual([
      'gateway: NATS_URL must be set; see docs/configuration.md',
    ]);
    expect(
      wrongVariables('bindings-migration', { DATABASE_URL: 'postgresql://x/y', NATS_URL: 'nats://x' }),
    ).toEqual(['bindings-migration does not know NATS_URL']);
  });

  it.each(Object.keys(programs))('builds %s from its own app', (name) => {
    const app = name.replace('-migration', '');
    const { version } = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(service(name)).toMatchObject({
      image: `hawser/${app}:${version}`,
      build: { context: '.', dockerfile: 'deploy/Dockerfile', args: { APP: app } },
      ...(isMigration(name)
        ? { command: ['dist/migrate.js'], restart: 'no' }
        : { restart: 'unless-stopped' }),
    });
  });

  it.each(longRunning)('lets %s finish its drain, and asks it whether it is ready', (name) => {
    const { stop_grace_period, environment, healthcheck } = service(name);
    const drainSeconds = Number(environment?.HAWSER_DRAIN_SECONDS);
    expect(seconds(stop_grace_period)).toBeGreaterThanOrEqual(drainSeconds + marginSeconds);
    expect(healthcheck?.test).toEqual(['CMD', 'node', '/hawser/healthcheck.mjs', '/readyz']);
  });

  it.each(Object.entries(compose.services))('takes every right from %s that it can do without', (_, its) => {
    expect(its).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('does not start without passwords, and says where they come from', () => {
    for (const name of ['POSTGRES_PASSWORD', 'DIRECTORY_PASSWORD', 'BINDINGS_PASSWORD', 'VAULT_PASSWORD']) {
      expect(() => readCompose('docker-compose.yml', { ...secrets, [name]: '' })).toThrow(
        `${name} must be set: run deploy/compose-env.sh`,
      );
    }
  });

  it('has its variables put in as Compose does', () => {
    expect(interpolate('a ${B:-c} ${D:?e}', { D: 'd' })).toBe('a c d');
    expect(() => interpolate('$B', {})).toThrow('form that is not expected');
  });
});
