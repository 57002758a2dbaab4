import { cleanEnv, makeValidator } from 'envalid';

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
  databaseUrl: string | undefined;
  natsUrl: string | undefined;
}

/** A variable has a value that cannot be used; the message is one line and names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A validator whose complaint is the end of a sentence that begins with the variable's name. */
function variable<T>(
  form: string,
  parse: (text: string) => T | undefined,
): ReturnType<typeof makeValidator<T>> {
  return makeValidator<T>((text) => {
    const value = parse(text);
    if (value === undefined) throw new Error(form);
    return value;
  });
}

const matching = (pattern: RegExp, form: string): ReturnType<typeof makeValidator<string>> =>
  variable(form, (text) => (pattern.test(text) ? text : undefined));

const urlOf = (protocols: string[], form: string): ReturnType<typeof makeValidator<string>> =>
  variable(form, (text) =>
    URL.canParse(text) && protocols.includes(new URL(text).protocol) ? text : undefined,
  );

const host = matching(
  /^[A-Za-z0-9.:_-]+$/,
  'must be an address or a host name to listen on, such as 127.0.0.1',
);
const port = variable('must be a port from 1 to 65535, or 0 for any free one', (text) =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined,
);
const folder = matching(/^[^\0]+$/, 'must be the path of a folder');
const publicUrl = urlOf(['http:', 'https:'], 'must be an http or https URL');
const databaseUrl = urlOf(
  ['postgres:', 'postgresql:'],
  'must be a URL such as postgresql://user:password@host:5432/database',
);
const natsUrl = urlOf(['nats:', 'tls:', 'ws:', 'wss:'], 'must be a URL such as nats://127.0.0.1:4222');
const bootstrapToken = matching(
  /^hws_live_[A-Za-z0-9_-]{43}$/,
  'must be hws_live_ followed by 43 characters of A-Z a-z 0-9 _ -',
);
const origins = variable('must be origins such as https://app.example.com, separated by commas', (text) => {
  const list = text
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  return list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin) ? list : undefined;
});
const masterKeys = variable(
  'must be id:key pairs separated by commas, each key 32 bytes in base64',
  (text) => (text.split(',').every(isMasterKey) ? text : undefined),
);

function isMasterKey(entry: string): boolean {
  const key = /^[A-Za-z0-9_-]+:([A-Za-z0-9+/]{43}=)$/.exec(entry.trim())?.[1];
  return key !== undefined && Buffer.from(key, 'base64').length === 32;
}

const secret = new Set(['HAWSER_BOOTSTRAP_TOKEN', 'HAWSER_MASTER_KEYS', 'DATABASE_URL', 'NATS_URL']);

/**
 * Reads the configuration once, before anything else starts.
 * @throws ConfigError naming the first variable that cannot be used
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  // An empty value is an unset one, as compose files and charts produce them.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const env = cleanEnv(
    given,
    {
      HAWSER_HOST: host({ default: '127.0.0.1' }),
      HAWSER_PORT: port({ default: 8080 }),
      HAWSER_DATA_DIR: folder({ default: '.hawser' }),
      HAWSER_PUBLIC_URL: publicUrl({ default: undefined }),
      HAWSER_BOOTSTRAP_TOKEN: bootstrapToken({ default: undefined }),
      HAWSER_MASTER_KEYS: masterKeys({ default: undefined }),
      HAWSER_CORS_ORIGINS: origins({ default: [] }),
      DATABASE_URL: databaseUrl({ default: undefined }),
      NATS_URL: natsUrl({ default: undefined }),
    },
    {
      reporter: ({ errors }) => {
        for (const [name, error] of Object.entries(errors)) {
          const shown = secret.has(name) ? '' : ` (it is "${given[name] ?? ''}")`;
          throw new ConfigError(`${name} ${error.message}${shown}`);
        }
      },
    },
  );
  return {
    host: env.HAWSER_HOST,
    port: env.HAWSER_PORT,
    dataDir: env.HAWSER_DATA_DIR,
    publicUrl: env.HAWSER_PUBLIC_URL,
    bootstrapToken: env.HAWSER_BOOTSTRAP_TOKEN,
    masterKeys: env.HAWSER_MASTER_KEYS,
    corsOrigins: env.HAWSER_CORS_ORIGINS,
    databaseUrl: env.DATABASE_URL,
    natsUrl: env.NATS_URL,
  };
}
