import { mergePatch, type Json } from './merge-patch.js';

describe('merge patch', () => {
  /** RFC 7396, appendix A: target, patch, result. */
  const appendixA: [Json, Json, Json][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];

  it.each(appendixA)('answers RFC 7396 for %j patched with %j: %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  it('changes neither target nor patch', () => {
    const target = { a: { b: 1 }, c: 1 };
    const patch = { a: { d: 2 }, c: null };
    mergePatch(target, patch);
    expect([target, patch]).toEqual([
      { a: { b: 1 }, c: 1 },
      { a: { d: 2 }, c: null },
    ]);
  });

  it('treats a member named __proto__ like any other', () => {
    const parse = (text: string): Json => JSON.parse(text) as Json;
    const merged = mergePatch(parse('{"__proto__":{"a":1}}'), parse('{"__proto__":{"b":2}}'));
    expect(JSON.stringify(merged)).toBe('{"__proto__":{"a":1,"b":2}}');
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(JSON.stringify(mergePatch({}, parse('{"constructor":{"prototype":{"polluted":1}}}')))).toBe(
      '{"constructor":{"prototype":{"polluted":1}}}',
    );
    expect({}).not.toHaveProperty('polluted');
    expect(JSON.stringify(mergePatch({}, parse('{"__proto__":{"polluted":null}}')))).toBe('{"__proto__":{}}');
  });

  it('does not take inherited properties of a target for members', () => {
    expect(JSON.stringify(mergePatch({}, { toString: { a: 1 } }))).toBe('{"toString":{"a":1}}');
  });
});
