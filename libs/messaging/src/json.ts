const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A value as JSON in UTF-8.
 * @throws TypeError it has no JSON form: undefined, a function, a cycle, a BigInt
 */
export function encodeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`a value of type ${typeof value} has no JSON form`);
  return Buffer.from(text);
}

/**
 * JSON in UTF-8 as a value.
 * @throws TypeError the bytes are not UTF-8
 * @throws SyntaxError the text is not JSON
 */
export function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(strictUtf8.decode(bytes));
}

/** Whether a decoded value is `{…}`: not null, not a list, not a primitive. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
