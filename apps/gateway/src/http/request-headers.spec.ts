import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { readIdempotencyKey } from './idempotency-key.js';
import { requestId } from './request-id.js';

const idOf = (given?: string | string[]): string =>
  requestId({ headers: given === undefined ? {} : { 'x-request-id': given } } as unknown as IncomingMessage);

const keyOf = (key?: string | string[], method = 'POST'): string | undefined =>
  readIdempotencyKey({
    method,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  } as unknown as FastifyRequest);

describe('the id of a request', () => {
  it("is the caller's own when it is fit to be logged", () => {
    for (const id of ['a', 'req_1', '0af7651916cd43dd:1.2-3', 'x'.repeat(128)]) expect(idOf(id)).toBe(id);
  });

  it('is a new one otherwise, another one each time', () => {
    const unfit = [undefined, '', 'a b', 'a\nb', 'ä', '<script>', '"', 'x'.repeat(129), ['a', 'b']];
    const ids = unfit.map(idOf);
    for (const id of ids) expect(id).toMatch(/^req_[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(unfit.length);
  });
});

describe('an Idempotency-Key', () => {
  it('is any visible ASCII of up to 255 characters', () => {
    for (const key of ['a', '8e03978e-40d5-43dd-bc93-6894a57f9324', '"quoted"', '~'.repeat(255)]) {
      expect(keyOf(key)).toBe(key);
    }
    expect(keyOf()).toBeUndefined();
  });

  it('is refused when it cannot be kept', () => {
    for (const key of ['', 'a b', 'ä', 'a\tb', 'x'.repeat(256), ['a', 'b']]) {
      expect(() => keyOf(key)).toThrow(expect.objectContaining({ code: 'validation_failed' }) as Error);
    }
  });

  it('means nothing on requests that create nothing', () => {
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expect(keyOf('a', method)).toBeUndefined();
      expect(keyOf('not fit', method)).toBeUndefined();
    }
  });
});
