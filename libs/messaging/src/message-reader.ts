import { type ClassOf, type FieldError, ServiceError } from '@hawser/contracts';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { toFieldErrors } from './field-errors.js';
import { decodeJson, isJsonObject } from './json.js';
import { rulesOf } from './rules.js';

/** Deeper JSON than any contract has; class-transformer and class-validator recurse. */
const maxDepth = 64;
/** The longest list that a contract allows, and room for what its items hold: at most three fields where there are so many. */
const maxItems = 5_000;
const maxValues = 5 * maxItems;
const maxKeys = 200;

/**
 * Reads a message's bytes as an instance of a contract's class, with the class's own rules and no other fields.
 * @throws ServiceError malformed_message (not a JSON object), validation_failed with `details.errors`
 */
export async function readMessage<T extends object>(type: ClassOf<T>, bytes: Uint8Array): Promise<T> {
  let plain: unknown;
  try {
    plain = decodeJson(bytes);
  } catch {
    throw new ServiceError('malformed_message', 'the message is not JSON in UTF-8');
  }
  return readPlain(type, plain);
}

/**
 * The same for a value that is parsed already: for what comes by another way than the bus.
 * @throws ServiceError malformed_message, validation_failed
 */
export async function readPlain<T extends object>(type: ClassOf<T>, plain: unknown): Promise<T> {
  if (!isJsonObject(plain)) throw new ServiceError('malformed_message', 'the message is not a JSON object');
  inspect(plain, [], { left: maxValues });
  if (rulesOf(type).length === 0) return readEmpty(type, plain);
  const instance = plainToInstance(type, plain);
  const errors = await validate(instance, { whitelist: true, forbidNonWhitelisted: true });
  if (errors.length > 0) throw ServiceError.invalidFields(toFieldErrors(errors));
  return instance;
}

// class-validator refuses every instance of a class without rules, so a request without fields is read here.
function readEmpty<T extends object>(type: ClassOf<T>, plain: Record<string, unknown>): T {
  const errors: FieldError[] = Object.keys(plain).map((field) => ({
    field,
    message: 'is not a known field',
  }));
  if (errors.length > 0) throw ServiceError.invalidFields(errors);
  return new type();
}

/**
 * Looks through a message before anything is made of it. Reading costs time for every value, so there may be only so
 * many. And class-transformer drops a key that every object inherits (`toString`, `__proto__`) without a word, and
 * calls the value of `constructor`: losing a field in silence is worse than refusing it.
 */
function inspect(value: unknown, path: (string | number)[], budget: { left: number }): void {
  budget.left -= 1;
  if (budget.left < 0) {
    throw new ServiceError('malformed_message', `the message holds more than ${maxValues} values`);
  }
  if (typeof value !== 'object' || value === null) return;
  if (path.length > maxDepth) {
    throw new ServiceError('malformed_message', `the message is nested deeper than ${maxDepth} levels`);
  }
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const most = Array.isArray(value) ? maxItems : maxKeys;
  if (entries.length > most) {
    throw ServiceError.invalid(
      path.join('.') || 'body',
      `has ${entries.length} members, and at most ${most} are read`,
    );
  }
  for (const [key, item] of entries) {
    path.push(key);
    if (typeof key === 'string' && Object.hasOwn(Object.prototype, key)) {
      throw ServiceError.invalid(path.join('.'), 'has a name that is not allowed in a message');
    }
    inspect(item, path, budget);
    path.pop();
  }
}
