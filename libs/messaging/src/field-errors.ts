import { isSecretField, type FieldError } from '@hawser/contracts';
import type { ValidationError } from 'class-validator';

/** A URL with a user, a password or a query. */
const urlWithSecrets = /:\/\/(?:[^/]*@|.*\?)/;
const longestValueShown = 200;

/** class-validator's tree of errors as a flat list; nested fields are joined with dots. */
export function toFieldErrors(
  errors: ValidationError[],
  path: string[] = [],
  withinSecret = false,
): FieldError[] {
  return errors.flatMap((error) => {
    const here = [...path, error.property];
    const secret =
      withinSecret || (error.target !== undefined && isSecretField(error.target, error.property));
    const constraints = Object.entries(error.constraints ?? {});
    const own = constraints.length === 0 ? [] : [toFieldError(error, here.join('.'), constraints, secret)];
    return [...own, ...toFieldErrors(error.children ?? [], here, secret)];
  });
}

function toFieldError(
  error: ValidationError,
  field: string,
  constraints: [string, string][],
  secret: boolean,
): FieldError {
  const unknown = constraints.some(([rule]) => rule === 'whitelistValidation');
  const message = unknown
    ? 'is not a known field'
    : constraints.map(([, text]) => withoutName(text, error.property)).join(' and ');
  // A field that nobody expects may be a secret's under a misspelt name.
  const hidden = secret || unknown || !isShowable(error.value);
  return hidden ? { field, message } : { field, message, value: error.value };
}

/** class-validator starts its messages with the name of the property, which the field says already. */
function withoutName(message: string, property: string): string {
  return message
    .replace(`each value in ${property} `, 'each value ')
    .replace(new RegExp(`^${escape(property)} `), '');
}

function escape(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}

function isShowable(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= longestValueShown && !urlWithSecrets.test(value);
  if (Array.isArray(value)) return JSON.stringify(value).length <= longestValueShown && value.every(isScalar);
  return isScalar(value);
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
