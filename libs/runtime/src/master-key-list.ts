/** Too short for a key: one that was put in the place of its id is refused for it, and not shown. */
const idForm = /^[A-Za-z0-9_-]{1,32}$/;
const base64Form = /^[A-Za-z0-9+/]+={0,2}$/;
const keyBytes = 32;

/**
 * Reads a key ring: `id:base64,id:base64,…`, each key 32 bytes (AES-256).
 * @returns the keys by their ids in the order given; the first one is active
 * @throws Error whose message is the end of a sentence that begins with the ring's name; it may show an id, never a key
 */
export function parseMasterKeys(text: string): ReadonlyMap<string, Buffer> {
  const keys = new Map<string, Buffer>();
  for (const [index, entry] of text.split(',').entries()) {
    const [, id, encoded] = /^([^:]*):(.*)$/.exec(entry.trim()) ?? [];
    if (id === undefined || encoded === undefined) {
      throw new Error(`must be id:key pairs separated by commas, which entry ${index + 1} is not`);
    }
    if (!idForm.test(id)) {
      throw new Error(`must have ids of 1 to 32 characters of A-Z a-z 0-9 _ -, unlike entry ${index + 1}`);
    }
    if (keys.has(id)) throw new Error(`must have each id once, and "${id}" is there twice`);
    keys.set(id, parseKey(id, encoded));
  }
  return keys;
}

function parseKey(id: string, encoded: string): Buffer {
  const key = Buffer.from(encoded, 'base64');
  // Node's decoder skips what it does not know.
  if (!base64Form.test(encoded) || key.toString('base64') !== encoded) {
    throw new Error(`must have keys in base64, which that of "${id}" is not`);
  }
  if (key.length !== keyBytes) {
    throw new Error(`must have keys of ${keyBytes} bytes, and that of "${id}" has ${key.length}`);
  }
  if (key.every((byte) => byte === key[0])) {
    throw new Error(
      `must have random keys, unlike that of "${id}", whose bytes are all the same: openssl rand -base64 32 makes one`,
    );
  }
  return key;
}
