import { isIP } from 'node:net';
import { makeValidator } from 'envalid';
import { parseMasterKeys } from './master-key-list.js';

/** From most to least talkative; those of pino. */
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

type Validator<T> = ReturnType<typeof makeValidator<T>>;

/** A validator whose complaint is the end of a sentence that begins with the variable's name. */
function variable<T>(form: string, parse: (text: string) => T | undefined): Validator<T> {
  return makeValidator<T>((text) => {
    const value = parse(text);
    if (value === undefined) throw new Error(form);
    return value;
  });
}

const matching = (pattern: RegExp, form: string): Validator<string> =>
  variable(form, (text) => (pattern.test(text) ? text : undefined));

const hasProtocol = (text: string, protocols: readonly string[]): boolean =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol);

const urlOf = (protocols: readonly string[], form: string): Validator<string> =>
  variable(form, (text) => (hasProtocol(text, protocols) ? text : undefined));

const listOf = (fits: (item: string) => boolean, form: string): Validator<string[]> =>
  variable(form, (text) => {
    const items = text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    return items.every(fits) ? items : undefined;
  });

export const host = matching(
  /^[A-Za-z0-9.:_-]+$/,
  'must be an address or a host name to listen on, such as 127.0.0.1',
);
export const port = variable('must be a port from 1 to 65535, or 0 for any free one', (text) =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined,
);
export const folder = matching(/^[^\0]+$/, 'must be the path of a folder');
export const text = matching(/^[^\0]+$/, 'must not hold a NUL character');
export const httpUrl = urlOf(['http:', 'https:'], 'must be an http or https URL');
export const databaseUrl = urlOf(
  ['postgres:', 'postgresql:'],
  'must be a URL such as postgresql://user:password@host:5432/database',
);
export const natsUrl = variable(
  'must be a URL such as nats://127.0.0.1:4222, or several with commas between',
  (value) => (value.split(',').every((url) => isNatsUrl(url.trim())) ? value : undefined),
);
export const bootstrapToken = matching(
  /^hws_live_[A-Za-z0-9_-]{43}$/,
  'must be hws_live_ followed by 43 characters of A-Z a-z 0-9 _ -',
);
export const origins = listOf(
  (origin) => URL.canParse(origin) && new URL(origin).origin === origin,
  'must be origins such as https://app.example.com, separated by commas',
);
export const redirects = listOf(
  (url) => hasProtocol(url, ['http:', 'https:']),
  'must be http or https URLs, separated by commas',
);
export const networks = listOf(
  isNetwork,
  'must be networks such as 10.0.0.0/8 or fd00::/8, separated by commas',
);
export const masterKeys = makeValidator<string>((value) => {
  parseMasterKeys(value);
  return value;
});
export const logLevel = makeValidator<LogLevel>((text) => {
  const level = logLevels.find((known) => known === text);
  if (level === undefined) throw new Error(`must be one of ${logLevels.join(', ')}`);
  return level;
});
export const ratio = variable('must be a number from 0 to 1', (text) =>
  /^(0|1|0?\.\d+|1\.0+)$/.test(text) ? Number(text) : undefined,
);
export const count = (least: number, most: number): Validator<number> =>
  variable(`must be a whole number from ${least} to ${most}`, (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined,
  );
export const onOrOff = variable('must be on or off', (value) => ({ on: true, off: false })[value]);

/** The client takes the credentials out of it, percent-decoded. */
function isNatsUrl(text: string): boolean {
  if (!hasProtocol(text, ['nats:', 'tls:'])) return false;
  const { hostname, username, password } = new URL(text);
  return hostname !== '' && [username, password].every(isPercentEncoded);
}

function isPercentEncoded(text: string): boolean {
  return !/%(?![0-9a-f]{2})/i.test(text);
}

/** CIDR, RFC 4632 and RFC 4291. */
function isNetwork(item: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(item) ?? [];
  const widest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits !== '' && Number(bits) <= widest;
}
