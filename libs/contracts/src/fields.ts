/**
 * One decorator a field: its type, its rule and its place in the API document, said once. Built of class-validator
 * and OpenAPI decorators, because neither of them alone yields the other.
 */
import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  isISO8601,
  IsObject,
  IsString,
  Matches,
  ValidateNested,
} from 'class-validator';
import type { ClassOf } from './contract.js';
import { field, Rule, type FieldOptions } from './field.js';
import { argsProblem, configProblem, envProblem, headersProblem, isKeepable } from './json-text.js';

export function Text(options: FieldOptions & { max?: number; min?: number } = {}): PropertyDecorator {
  const { max = 1024, min = 1, ...shown } = options;
  return field(
    shown,
    { type: String, minLength: min, maxLength: max },
    Rule('text', (value) =>
      typeof value === 'string' && value.length >= min && value.length <= max && isKeepable(value)
        ? null
        : `must be a string of ${min} to ${max} characters, none of them NUL or half a surrogate pair`,
    ),
  );
}

const maxSecretLength = 32_768;

/** A value for the vault: repeated in no error. Blanks and line ends may belong to it, as in a PEM file. */
export function SecretText(options: FieldOptions = {}): PropertyDecorator {
  return Text({ max: maxSecretLength, secret: true, ...options });
}

/** What comes through a browser, where anybody may have changed it. An empty one is as none. */
export function CallbackText(options: FieldOptions = {}): PropertyDecorator {
  return Text({ min: 0, max: 8_192, ...options });
}

/** A name people and programs use to refer to a thing. */
export function Name(options: FieldOptions = {}): PropertyDecorator {
  const pattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
  return field(
    { example: 'github-mcp', ...options },
    { type: String, pattern: pattern.source, minLength: 1, maxLength: 64 },
    Matches(pattern, {
      message: 'must be 1 to 64 characters of A-Z a-z 0-9 . _ - that begin with a letter or a digit',
    }),
  );
}

export function Slug(options: FieldOptions = {}): PropertyDecorator {
  const pattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
  return field(
    { example: 'research', ...options },
    { type: String, pattern: pattern.source },
    Matches(pattern, {
      message: 'must be 1 to 63 characters of a-z 0-9 - that begin and end with a letter or a digit',
    }),
  );
}

/**
 * A text of a fixed form; `form` says it, as the end of a sentence that begins with the field's name.
 * @throws for a pattern that ignores case: the API document has no place for its flag, and would say another pattern
 */
export function Patterned(pattern: RegExp, form: string, options: FieldOptions = {}): PropertyDecorator {
  if (pattern.ignoreCase) throw new Error(`${String(pattern)} must name both cases, without a flag`);
  return field(options, { type: String, pattern: pattern.source }, Matches(pattern, { message: form }));
}

/** A reference. Only its length is checked: whether it names something is the owning service's to say. */
export function Id(options: FieldOptions = {}): PropertyDecorator {
  return Text({ max: 128, ...options });
}

export function Flag(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: Boolean }, IsBoolean({ message: 'must be true or false' }));
}

/** A flag in a query string, where everything is text. */
export function QueryFlag(options: FieldOptions = {}): PropertyDecorator {
  const words: Record<string, boolean> = { true: true, false: false };
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (words[value] ?? value) : value,
    ),
    Flag({ optional: true, ...options }),
  );
}

export function OneOf(values: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: String, enum: values },
    IsIn(values, { message: `must be one of ${values.join(', ')}` }),
  );
}

/** Some of a few words, each at most once. */
export function ListOf(values: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: String, enum: values, isArray: true, uniqueItems: true },
    Rule('listOf', (value) =>
      Array.isArray(value) &&
      value.length <= values.length &&
      new Set(value).size === value.length &&
      value.every((item) => values.includes(item as string))
        ? null
        : `must be a list of ${values.join(', ')}, each at most once`,
    ),
  );
}

export function Integer(options: FieldOptions & { min?: number; max?: number } = {}): PropertyDecorator {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, ...shown } = options;
  return field(
    shown,
    { type: 'integer', minimum: min, maximum: max },
    // In a query everything is text; `Number` alone would also make numbers of "", "0x10" and true.
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value,
    ),
    Rule('integer', (value) =>
      Number.isInteger(value) && (value as number) >= min && (value as number) <= max
        ? null
        : `must be a whole number from ${min} to ${max}`,
    ),
  );
}

/** A calendar date, or one with a time; without an offset it is in UTC. ISO 8601's weeks and ordinal dates are not taken. */
export function Timestamp(options: FieldOptions = {}): PropertyDecorator {
  return field(
    { example: '2030-01-31T10:00:00.000Z', ...options },
    { type: String, format: 'date-time' },
    Rule('timestamp', (value) =>
      isISO8601(value, { strict: true, strictSeparator: true }) &&
      /^\d{4}-\d{2}-\d{2}(T|$)/.test(value as string)
        ? null
        : 'must be an ISO 8601 time, such as 2030-01-31T10:00:00Z',
    ),
  );
}

export function Email(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: String, format: 'email', maxLength: 254 },
    Rule('email', (value) =>
      typeof value === 'string' &&
      value.length <= 254 &&
      isKeepable(value) &&
      /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)
        ? null
        : 'must be an e-mail address',
    ),
  );
}

// URL's own parser takes "http:example.com", drops blanks and control characters without a word, and reads a backslash as
// a slash, where others take what follows it for a part of the host.
// eslint-disable-next-line no-control-regex
const absoluteHttp = /^https?:\/\/[^\s\\\u0000-\u001f\u007f]+$/i;

/** The address of an MCP server. */
export function Endpoint(options: FieldOptions = {}): PropertyDecorator {
  return field(
    { example: 'https://mcp.example.com/mcp', ...options },
    { type: String, format: 'uri', maxLength: 2048 },
    Rule('endpoint', (value) => {
      if (
        typeof value !== 'string' ||
        value.length > 2048 ||
        !absoluteHttp.test(value) ||
        !URL.canParse(value)
      ) {
        return 'must be an absolute http or https URL of at most 2048 characters, without blanks and backslashes';
      }
      const url = new URL(value);
      return url.username || url.password
        ? 'must not hold a user name or password: use a header or a credential'
        : null;
    }),
  );
}

const maxOrigins = 20;
/** The longest host name (RFC 1035, 2.3.4) with a scheme and a port, and some room. */
const maxOriginLength = 300;

/** Origins of servers (RFC 6454): scheme, host and port, nothing after them. */
export function Origins(options: FieldOptions = {}): PropertyDecorator {
  return field(
    { example: ['https://mcp.example.com'], ...options },
    { type: String, isArray: true, maxItems: maxOrigins },
    Rule('origins', originsProblem),
  );
}

function originsProblem(value: unknown): string | null {
  const form = `must be a list of 1 to ${maxOrigins} origins, such as https://mcp.example.com, without a path`;
  if (!Array.isArray(value) || value.length === 0 || value.length > maxOrigins) return form;
  const wrong: unknown = value.find((origin) => !isOrigin(origin));
  if (wrong === undefined) return null;
  const meant = typeof wrong === 'string' ? URL.parse(wrong)?.origin : undefined;
  return isOrigin(meant) ? `${form}: write ${meant}` : form;
}

function isOrigin(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxOriginLength) return false;
  return absoluteHttp.test(value) && URL.parse(value)?.origin === value;
}

const jsonText =
  (name: string, problem: (value: unknown) => string | null, example: string, defaults: FieldOptions = {}) =>
  (options: FieldOptions = {}): PropertyDecorator =>
    field({ example, ...defaults, ...options }, { type: String, maxLength: 65_536 }, Rule(name, problem));

export const ArgsJson = jsonText('argsJson', argsProblem, '["-y","@modelcontextprotocol/server-github"]');
export const EnvJson = jsonText('envJson', envProblem, '{"LOG_LEVEL":"info"}', { secret: true });
export const HeadersJson = jsonText('headersJson', headersProblem, '{"X-Team":"research"}', { secret: true });
export const ConfigJson = jsonText('configJson', configProblem, '{"read_only":true}');

export function Nested(shape: ClassOf<object>, options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: () => shape },
    IsObject({ message: 'must be an object' }),
    ValidateNested(),
    Type(() => shape),
  );
}

// class-validator would look for the objects in lists within the list.
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function NestedList(
  shape: ClassOf<object>,
  options: FieldOptions & { max?: number } = {},
): PropertyDecorator {
  const { max = 1000, ...shown } = options;
  return field(
    shown,
    { type: () => shape, isArray: true, maxItems: max },
    Rule('list', (value) =>
      Array.isArray(value) && value.length <= max && value.every(isObject)
        ? null
        : `must be a list of at most ${max} objects`,
    ),
    ValidateNested({ each: true }),
    Type(() => shape),
  );
}

/** A list of strings that nobody sends us. */
export function Strings(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: String, isArray: true },
    IsArray({ message: 'must be a list' }),
    IsString({ each: true, message: 'must hold only strings' }),
  );
}

/** An object whose keys are data, such as header names. */
export function Dictionary(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: 'object', additionalProperties: true },
    IsObject({ message: 'must be an object' }),
  );
}
