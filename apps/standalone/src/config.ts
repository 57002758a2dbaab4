import { readOidcOptions, type OidcOptions } from '@hawser/gateway';
import { readEnvironment, variables } from '@hawser/runtime';

/** What `npm start` can be told by environment variables; docs/configuration.md has the list. */
export interface Config {
  host: string;
  port: number;
  dataDir: string;
  /** Where callers reach the gateway, if that is not the address it listens on. */
  publicUrl: string | undefined;
  bootstrapToken: string | undefined;
  masterKeys: string | undefined;
  corsOrigins: string[];
  /** Networks (CIDR) that user-given addresses may be in although they are not public. */
  egressAllow: string[];
  /** Where sign-ins may send browsers besides Hawser's own callback and loopback addresses. */
  redirectAllow: string[];
  databaseUrl: string | undefined;
  natsUrl: string | undefined;
  oidc: OidcOptions | undefined;
}

/** What `npm start` can be told. */
export const standaloneVariables = {
  HAWSER_HOST: variables.host({ default: '127.0.0.1' }),
  HAWSER_PORT: variables.port({ default: 8080 }),
  HAWSER_DATA_DIR: variables.folder({ default: '.hawser' }),
  HAWSER_PUBLIC_URL: variables.httpUrl({ default: undefined }),
  HAWSER_BOOTSTRAP_TOKEN: variables.bootstrapToken({ default: undefined }),
  HAWSER_MASTER_KEYS: variables.masterKeys({ default: undefined }),
  HAWSER_CORS_ORIGINS: variables.origins({ default: [] }),
  HAWSER_EGRESS_ALLOW: variables.networks({ default: [] }),
  HAWSER_REDIRECT_ALLOW: variables.redirects({ default: [] }),
  DATABASE_URL: variables.databaseUrl({ default: undefined }),
  NATS_URL: variables.natsUrl({ default: undefined }),
  OIDC_ISSUER: variables.httpUrl({ default: undefined }),
  OIDC_AUDIENCE: variables.text({ default: undefined }),
  // Of services that are still to come: a mistake in them shows now rather than then.
  COMPOSIO_API_KEY: variables.text({ default: undefined }),
  COMPOSIO_BASE_URL: variables.httpUrl({ default: undefined }),
  COMPOSIO_DEFAULT_CONNECTOR: variables.onOrOff({ default: false }),
  MCP_REGISTRY_URL: variables.httpUrl({ default: undefined }),
};

/**
 * Reads the configuration once, before anything else starts.
 * @throws ConfigError naming the first variable that cannot be used
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const env = readEnvironment(environment, standaloneVariables);
  return {
    host: env.HAWSER_HOST,
    port: env.HAWSER_PORT,
    dataDir: env.HAWSER_DATA_DIR,
    publicUrl: env.HAWSER_PUBLIC_URL?.replace(/\/+$/, ''),
    bootstrapToken: env.HAWSER_BOOTSTRAP_TOKEN,
    masterKeys: env.HAWSER_MASTER_KEYS,
    corsOrigins: env.HAWSER_CORS_ORIGINS,
    egressAllow: env.HAWSER_EGRESS_ALLOW,
    redirectAllow: env.HAWSER_REDIRECT_ALLOW,
    databaseUrl: env.DATABASE_URL,
    natsUrl: env.NATS_URL,
    oidc: readOidcOptions(env),
  };
}
