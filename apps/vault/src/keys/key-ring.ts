import { createSecretKey, type KeyObject } from 'node:crypto';
import { ConfigError, parseMasterKeys } from '@hawser/runtime';

/** The master keys that this process has. A `KeyObject` shows nothing of its key to whatever prints or logs it. */
export class KeyRing {
  private constructor(private readonly keys: ReadonlyMap<string, KeyObject>) {}

  /**
   * @param text as HAWSER_MASTER_KEYS has it: `id:base64,…`
   * @throws ConfigError what is wrong with it, in one line that never shows a key
   */
  static parse(text: string): KeyRing {
    return new KeyRing(new Map([...parsed(text)].map(([id, key]) => [id, keyObject(key)])));
  }

  /** The first one: what is wrapped from now on is wrapped with it. */
  get activeId(): string {
    const [first] = this.keys.keys();
    if (first === undefined) throw new Error('a key ring without a key was parsed');
    return first;
  }

  key(id: string): KeyObject | undefined {
    return this.keys.get(id);
  }
}

function parsed(text: string): ReadonlyMap<string, Buffer> {
  try {
    return parseMasterKeys(text);
  } catch (error) {
    throw new ConfigError(`HAWSER_MASTER_KEYS ${error instanceof Error ? error.message : 'cannot be used'}`);
  }
}

function keyObject(key: Buffer): KeyObject {
  const object = createSecretKey(key);
  key.fill(0);
  return object;
}
