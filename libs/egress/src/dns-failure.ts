import { codesOf } from './codes.js';
import { EgressError } from './errors.js';

/** By code of node:dns. */
const noSuchHost = ['ENOTFOUND', 'ENODATA', 'EBADNAME', 'ENONAME'];
const tooSlow = ['ETIMEOUT'];

/** What it means to whoever asked that a name could not be looked up; ECONNREFUSED is a name server's here. */
export function dnsFailure(name: string, error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  const is = (codes: string[]): boolean => codesOf(error).some((code) => codes.includes(code));
  const words = is(noSuchHost)
    ? 'there is no host of this name: check the name'
    : is(tooSlow)
      ? 'the name servers did not answer in time: check the name, or try again later'
      : 'the name servers could not answer: check the name, or try again later';
  return new EgressError('dns', `${name}: ${words}`, { cause: error });
}
