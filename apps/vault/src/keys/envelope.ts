import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
export const keyBytes = 32;

/**
 * AES-256-GCM (NIST SP 800-38D) with a fresh random nonce.
 * @param key 32 bytes
 * @param aad what has to be said again to open it
 * @returns nonce (12 bytes), ciphertext, tag (16 bytes)
 */
export function seal(key: Buffer | KeyObject, plain: Buffer, aad: Buffer): Buffer {
  return sealWithNonce(key, plain, aad, randomBytes(nonceBytes));
}

/** For published test vectors, which give the nonce. Two texts under one key and one nonce are as good as plain. */
export function sealWithNonce(key: Buffer | KeyObject, plain: Buffer, aad: Buffer, nonce: Buffer): Buffer {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * The plain text of what `seal` made with this key and additional data.
 * @throws Error anything else was given; not one byte is shown then
 */
export function open(key: Buffer | KeyObject, sealed: Buffer, aad: Buffer): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new Error('too short to hold a nonce and a tag');
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  // All of it: GCM has no last block to wait for.
  const plain = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
  try {
    decipher.final();
  } catch (error) {
    plain.fill(0);
    throw error;
  }
  return plain;
}
