import { readEnvironment, variables } from '@hawser/runtime';

/** What `npm run dev:distributed` can be told by environment variables; docs/configuration.md has the list. */
export interface Config {
  /** Where the gateways listen. */
  host: string;
  /** Of the first gateway, the others take the next ones; 0: any free ones. */
  port: number;
  /** Of all but `directory`. */
  replicas: number;
  dataDir: string;
  bootstrapToken: string | undefined;
  /** In place of those kept in the data directory. */
  masterKeys: string | undefined;
  /** Of a role that may make roles, in place of the embedded PostgreSQL. */
  databaseUrl: string | undefined;
  natsUrl: string | undefined;
  drainSeconds: number;
  /** What the programs are told as it was given: they look at it themselves. */
  passedOn: Record<string, string>;
}

const passedOnNames = [
  'HAWSER_LOG_LEVEL',
  'HAWSER_DATABASE_POOL',
  'HAWSER_EGRESS_ALLOW',
  'HAWSER_REDIRECT_ALLOW',
  'HAWSER_CORS_ORIGINS',
  'HAWSER_PUBLIC_URL',
  'OIDC_ISSUER',
  'OIDC_AUDIENCE',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_TRACES_SAMPLER_ARG',
];

const dataDirVariable = { HAWSER_DATA_DIR: variables.folder({ default: '.hawser-distributed' }) };

/**
 * Reads the configuration once, before anything else starts.
 * @throws ConfigError naming the first variable that cannot be used
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const env = readEnvironment(environment, {
    ...dataDirVariable,
    HAWSER_HOST: variables.host({ default: '127.0.0.1' }),
    HAWSER_PORT: variables.port({ default: 8080 }),
    HAWSER_REPLICAS: variables.count(1, 5)({ default: 2 }),
    HAWSER_BOOTSTRAP_TOKEN: variables.bootstrapToken({ default: undefined }),
    HAWSER_MASTER_KEYS: variables.masterKeys({ default: undefined }),
    HAWSER_DRAIN_SECONDS: variables.count(1, 600)({ default: 25 }),
    DATABASE_URL: variables.databaseUrl({ default: undefined }),
    NATS_URL: variables.natsUrl({ default: undefined }),
  });
  return {
    host: env.HAWSER_HOST,
    port: env.HAWSER_PORT,
    replicas: env.HAWSER_REPLICAS,
    dataDir: env.HAWSER_DATA_DIR,
    bootstrapToken: env.HAWSER_BOOTSTRAP_TOKEN,
    masterKeys: env.HAWSER_MASTER_KEYS,
    databaseUrl: env.DATABASE_URL,
    natsUrl: env.NATS_URL,
    drainSeconds: env.HAWSER_DRAIN_SECONDS,
    passedOn: Object.fromEntries(
      passedOnNames.flatMap((name) => {
        const value = environment[name];
        return value === undefined || value === '' ? [] : [[name, value]];
      }),
    ),
  };
}

/** Just the data directory, for a program that needs nothing else. */
export function readDataDir(environment: NodeJS.ProcessEnv): string {
  return readEnvironment(environment, dataDirVariable).HAWSER_DATA_DIR;
}
