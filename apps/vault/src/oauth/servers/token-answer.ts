import { maxScopes, scopeToken } from '../scopes.js';
import type { OAuthServer } from './oauth-server.js';
import { speakable } from './speakable.js';
import { TokenEndpointError, type TokenEndpointFailure } from './token-endpoint-error.js';
import type { Answer } from './upstream.js';

/** As RFC 6749, section 5.1, has it; whatever else a server answers is of no use to us. */
export interface TokenAnswer {
  access_token: string;
  token_type: string;
  refresh_token?: string;
  /** In seconds. */
  expires_in?: number;
  /** Separated by blanks. */
  scope?: string;
}

/** As much as the vault keeps of one secret. */
const maxTokenLength = 32_768;
/** 68 years: beyond that a number is no time, but a mistake. */
const maxSeconds = 2 ** 31 - 1;

/** HTTP's own words for "not now", and those of OAuth 2.0 (RFC 6749, section 4.1.2.1). */
const passingStatuses = [408, 429];
const passingErrors = ['server_error', 'temporarily_unavailable'];

/**
 * What a token endpoint answered, in the one form that RFC 6749 has for it.
 * @param secrets of the request, which no error repeats
 * @param within the member that has it, where it is not the answer itself
 * @throws TokenEndpointError the answer says no, or is none that a token is in
 */
export function tokenAnswerOf(
  server: OAuthServer,
  answer: Answer,
  secrets: readonly string[],
  within?: string,
): TokenAnswer {
  const body = bodyOf(answer.text);
  requireAccepted(server, answer, secrets);
  const answered = within === undefined ? body : objectOf(body[within]);
  const wrong = (what: string): TokenEndpointError =>
    new TokenEndpointError('refused', `${server.name} answered without an error, but ${what}`);

  const { access_token, token_type, refresh_token, expires_in, scope } = answered;
  // RFC 6749, section 7.1. Of the vendors some have words of their own there.
  if (server.provider === null && !isBearer(token_type))
    throw wrong('with a token of a type other than Bearer');
  if (!isToken(access_token)) throw wrong('with no access token that could be used');
  if (refresh_token !== undefined && refresh_token !== null && !isToken(refresh_token))
    throw wrong('with a refresh token that cannot be used');
  return {
    access_token,
    token_type: 'Bearer',
    ...(isToken(refresh_token) && { refresh_token }),
    ...secondsOf(expires_in),
    ...scopeOf(scope),
  };
}

/** @throws TokenEndpointError the answer says no, by its status or in its body */
export function requireAccepted(server: OAuthServer, answer: Answer, secrets: readonly string[]): void {
  const { status, text } = answer;
  const body = bodyOf(text);
  const isOk = status >= 200 && status < 300;
  const code = textOf(body.error) ?? textOf(body.status) ?? textOf(body.code);
  // Some say no with status 200: by `error`, or by `ok`.
  if (isOk && textOf(body.error) === undefined && body.ok !== false) return;
  const description = textOf(body.error_description) ?? textOf(body.message) ?? textOf(body.reason);
  const said = speakable([code, description].filter((part) => part !== undefined).join(': '), secrets);
  throw new TokenEndpointError(
    kindOf(server, status, code),
    `${server.name} answered HTTP ${status}${said === '' ? '' : `, ${said}`}`,
  );
}

function kindOf({ provider }: OAuthServer, status: number, code = ''): TokenEndpointFailure {
  if (status >= 500 || passingStatuses.includes(status)) return 'unreachable';
  if (code === 'invalid_grant') return 'invalid_grant';
  if (passingErrors.includes(code)) return 'unreachable';
  return provider?.error_kinds?.[code] ?? 'refused';
}

/** JSON; or a form, as some answer whatever was asked for. */
function bodyOf(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return Object.fromEntries(new URLSearchParams(text.trim()));
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** It goes into a header: RFC 6749, appendix A.12, without the blank. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxTokenLength && /^[\x21-\x7e]+$/.test(value);
}

/** In any case (RFC 6749, section 5.1); who leaves it out means this one. */
function isBearer(type: unknown): boolean {
  return type === undefined || type === null || (typeof type === 'string' && /^bearer$/i.test(type));
}

/** A number, or one that is written as a string. */
function secondsOf(value: unknown): Pick<TokenAnswer, 'expires_in'> {
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value));
  const seconds = isNumeric ? Math.floor(Number(value)) : 0;
  return seconds > 0 && seconds <= maxSeconds ? { expires_in: seconds } : {};
}

/** Separated by blanks or commas, or a list. */
function scopeOf(value: unknown): Pick<TokenAnswer, 'scope'> {
  const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[\s,]+/) : undefined;
  if (list === undefined) return {};
  const scopes = list.filter((scope) => typeof scope === 'string' && scopeToken.test(scope));
  return { scope: [...new Set(scopes)].slice(0, maxScopes).join(' ') };
}
