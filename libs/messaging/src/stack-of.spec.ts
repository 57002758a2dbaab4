import { inspect } from 'node:util';
import { stackOf } from './stack-of.js';

describe('what is logged of an error', () => {
  it('is where it was thrown and what caused it, and nothing that it carries', () => {
    const cause = Object.assign(new Error('deadlock detected'), { parameters: ['canary'] });
    const error = Object.assign(new Error('could not write', { cause }), { query: 'canary' });
    expect(inspect(error)).toContain('canary');
    expect(stackOf(error)).toMatch(/could not write\n.+at [^]+caused by Error: deadlock detected/);
    expect(stackOf(error)).not.toContain('canary');
  });

  it.each([[undefined], [null], [{ secret: 'canary' }], [7]])('is its type where %p was thrown', (thrown) => {
    expect(stackOf(thrown)).toBe(`thrown: ${typeof thrown}`);
  });
});
