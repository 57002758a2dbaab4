import { ServiceError } from './errors.js';

/**
 * An ISO 8601 time; one without an offset is UTC, wherever the server stands.
 * @throws ServiceError validation_failed for a form of ISO 8601 that is no point in time, such as a week
 */
export function readTime(field: string, text: string | null | undefined): Date | null {
  if (text == null) return null;
  const hasOffset = !text.includes('T') || /(Z|[+-]\d{2}(:?\d{2})?)$/i.test(text);
  const time = new Date(hasOffset ? text : `${text}Z`);
  if (Number.isNaN(time.getTime())) {
    throw ServiceError.invalid(field, 'must be a date and time, such as 2030-01-31T10:00:00Z', text);
  }
  return time;
}
