import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { EgressError } from './errors.js';

/** What is asked for; `deflate` is not, because servers mean two formats by it. */
export const acceptEncoding = 'gzip, br';

/** An answer without a body may say that it is compressed; HTTP itself tells whether a body is whole. */
const lenient = { finishFlush: constants.Z_SYNC_FLUSH };
const gunzip = (): Transform => createGunzip(lenient);
const decoders: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', () => createInflate(lenient)],
  ['br', () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })],
]);

/**
 * @param count is told the bytes that come in, before they are decoded: some of them decode to nothing for ever
 * @returns the bytes that they stand for (RFC 9110, section 8.4)
 * @throws EgressError protocol: an encoding that nobody asked for
 */
export function decoded(
  body: Readable,
  contentEncoding: string | null,
  count: (bytes: number) => void,
): Readable {
  const coding = contentEncoding?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return body;
  const decoder = decoders.get(coding)?.();
  if (decoder === undefined)
    throw new EgressError('protocol', 'the answer is compressed in a way that was not asked for');
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      count(chunk.length);
      yield chunk;
    }
  };
  // Whoever reads the decoder is told of errors by it.
  return pipeline(body, counted, decoder, () => undefined);
}
