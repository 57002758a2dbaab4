import { childTraceparent, isTraceparent } from './traceparent.js';

const trace = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';

describe('traceparent', () => {
  it.each([`00-${trace}-${span}-01`, `00-${trace}-${span}-00`, `01-${trace}-${span}-01-more`])(
    'accepts %s',
    (value) => expect(isTraceparent(value)).toBe(true),
  );

  it.each([
    '',
    `00-${trace}-${span}`,
    `00-${trace}-${span}-01-more`,
    `00-${trace}-${span}-1`,
    `ff-${trace}-${span}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace}-${span}-01\n`,
  ])('refuses %j', (value) => expect(isTraceparent(value)).toBe(false));

  it('keeps trace and flags for a child, under a new id', () => {
    const child = childTraceparent(`00-${trace}-${span}-00`);
    expect(child).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-00$`));
    expect(child).not.toContain(span);
    expect(isTraceparent(child)).toBe(true);
  });

  it.each([undefined, 'nonsense'])('starts a trace where the parent is %s', (parent) => {
    const [first, second] = [childTraceparent(parent), childTraceparent(parent)];
    expect(isTraceparent(first)).toBe(true);
    expect(first).not.toBe(second);
  });
});
