import { QueryFailedError } from 'typeorm';

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const uniqueViolation = '23505';
const foreignKeyViolation = '23503';

function violates(error: unknown, code: string, constraint: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const cause = error.driverError as { code?: string; constraint?: string };
  return cause.code === code && cause.constraint === constraint;
}

/** Whether the database refused a row because of this unique constraint or index: the way to be right under races. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  return violates(error, uniqueViolation, constraint);
}

/** Whether the database refused a row because what it refers to is gone. */
export function violatesReference(error: unknown, constraint: string): boolean {
  return violates(error, foreignKeyViolation, constraint);
}
