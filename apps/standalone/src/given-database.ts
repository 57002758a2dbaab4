import { ConfigError } from '@hawser/runtime';

/** SQLSTATE: no connection, refused login, no such database, missing privilege. */
const refusals = /^(08...|28...|3D000|42501)$/;
const unreachable = /^(ECONN|EHOSTUNREACH|ENETUNREACH|ENOENT|ENOTFOUND|ETIMEDOUT|EAI_)/;

/** What a person can mend about `DATABASE_URL`, in one line without its password; anything else as it was. */
export function explainDatabaseError(error: unknown): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (!refusals.test(code) && !unreachable.test(code)) return error;
  // An attempt at several addresses fails without a message of its own.
  const reason = message === '' ? code : message;
  return new ConfigError(`DATABASE_URL leads to no database that can be used: ${reason}`);
}
