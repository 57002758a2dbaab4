import { createHash } from 'node:crypto';
import { schemaDigest } from './schema-digest.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the digest of what a tool takes and gives', () => {
  it('is the SHA-256 of its canonical JSON', () => {
    const inputSchema = {
      type: 'object',
      properties: { b: { type: 'number', minimum: 1e21 }, a: {} },
      é: [1.0],
    };
    expect(schemaDigest({ inputSchema })).toBe(
      sha256(
        '{"inputSchema":{"properties":{"a":{},"b":{"minimum":1e+21,"type":"number"}},"type":"object","é":[1]}}',
      ),
    );
    expect(schemaDigest({ inputSchema: {}, outputSchema: { x: null } })).toBe(
      sha256('{"inputSchema":{},"outputSchema":{"x":null}}'),
    );
  });

  it('sorts names by code unit, as RFC 8785 does', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const objectOf = (order: string[]): object => Object.fromEntries(order.map((name) => [name, name]));
    const text = sorted.map((name) => `${JSON.stringify(name)}:${JSON.stringify(name)}`).join(',');
    expect(schemaDigest({ inputSchema: objectOf(names) })).toBe(sha256(`{"inputSchema":{${text}}}`));
  });

  it('does not change with the order in which a server writes a schema, nor with anything else of the tool', () => {
    const first = { name: 'a', description: 'x', inputSchema: { type: 'object', required: ['a', 'b'] } };
    const second = { name: 'b', inputSchema: { required: ['a', 'b'], type: 'object' } };
    expect(schemaDigest(first)).toBe(schemaDigest(second));
  });

  it.each([
    ['a list is in another order', { required: ['b', 'a'], type: 'object' }, undefined],
    ['a name is another', { Required: ['a', 'b'], type: 'object' }, undefined],
    ['there is an output schema', { required: ['a', 'b'], type: 'object' }, {}],
  ])('changes when %s', (_, inputSchema, outputSchema) => {
    const before = schemaDigest({ inputSchema: { required: ['a', 'b'], type: 'object' } });
    expect(schemaDigest({ inputSchema, ...(outputSchema && { outputSchema }) })).not.toBe(before);
  });

  it('is none for a schema that nests deeper than any that a person wrote', () => {
    const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(schemaDigest({ inputSchema: nested(200) })).toMatch(/^[0-9a-f]{64}$/);
    expect(schemaDigest({ inputSchema: nested(100_000) })).toBeUndefined();
  });
});
