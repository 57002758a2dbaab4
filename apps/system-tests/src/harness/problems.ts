import type { Answer } from './api.js';

/** That the answer is a problem document (RFC 9457) of this status and code, with the id that is in its header. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.body).toMatchObject({ type: 'about:blank', status, code });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  expect(answer.body).toMatchObject({
    title: expect.stringMatching(/./) as unknown,
    detail: expect.stringMatching(/./) as unknown,
    request_id: answer.headers.get('x-request-id'),
  });
}

/** That a field was refused, by its name. */
export function expectInvalid(answer: Answer, field: string): void {
  expectProblem(answer, 400, 'validation_failed');
  const { errors, detail } = answer.body as { errors: { field: string }[]; detail: string };
  expect(errors.map((error) => error.field)).toContain(field);
  expect(detail).toContain(field);
}
