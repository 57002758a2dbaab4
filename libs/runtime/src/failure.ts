import { ConfigError } from './environment.js';

/** What the system says of an address that a program cannot listen on, and what to do about it. */
const mendable: Record<string, string> = {
  EADDRINUSE: 'something else listens there; set HAWSER_PORT to another port',
  EACCES: 'not allowed to this user',
  EADDRNOTAVAIL: 'not an address of this machine; set HAWSER_HOST to one',
  ENOTFOUND: 'not a name that leads to an address; set HAWSER_HOST to one that does',
};

/**
 * Why a program ends: one line for what a person can mend, everything for what is a defect of ours.
 * @param explain knows more errors that a person can mend; undefined for others
 */
export function describeFailure(error: unknown, explain?: (error: unknown) => string | undefined): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof AggregateError && error.message !== '') {
    const reasons = error.errors.map((each) => describeFailure(each, explain));
    return [`${error.message}:`, ...reasons].join('\n');
  }
  const { code = '', message, stack } = Object(error) as NodeJS.ErrnoException;
  if (Object.hasOwn(mendable, code)) return `${message}: ${mendable[code]}`;
  return explain?.(error) ?? stack ?? String(error);
}
