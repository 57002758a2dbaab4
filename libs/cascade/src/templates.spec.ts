import { credentialNamesIn, hasTemplate, parseTemplate, putIn } from './templates.js';

const fill = (text: string, value: string): string | null => {
  const template = parseTemplate(text);
  return (
    template &&
    putIn(
      template,
      template.names.map(() => value),
    )
  );
};

describe('a template', () => {
  it.each([
    ['alone', '{{credential:a}}', ['', ''], ['a']],
    ['within text', 'Bearer {{credential:git-hub.1_x}}!', ['Bearer ', '!'], ['git-hub.1_x']],
    ['beside another', '{{credential:a}}:{{credential:b}}', ['', ':', ''], ['a', 'b']],
    ['twice the same', '{{credential:a}}{{credential:a}}', ['', '', ''], ['a', 'a']],
    ['without a name', '{{credential:}}', ['', ''], ['']],
    ['with blanks', '{{credential: a }}', ['', ''], [' a ']],
    ['over two lines', '{{credential:a\nb}}', ['', ''], ['a\nb']],
    ['within another', '{{credential:{{credential:a}}}}', ['', '}}'], ['{{credential:a']],
    ['after one that is not closed', '{{credential:a {{credential:b}}', ['', ''], ['a {{credential:b']],
    ['that is not closed', 'x{{credential:a}', ['x', ''], ['{{credential:a}']],
    ['between more braces', '{{{credential:a}}}', ['{', '}'], ['a']],
  ])('is found %s', (_how, text, literals, names) => {
    expect(parseTemplate(text)).toEqual({ literals, names });
    expect(hasTemplate(text)).toBe(true);
  });

  it.each(['', 'credential:a', '{credential:a}', '{{Credential:a}}', '{{a}}'])('is not %j', (text) => {
    expect(parseTemplate(text)).toBeNull();
    expect(hasTemplate(text)).toBe(false);
  });

  it.each(['{{credential:a}}', '{{credential:b}}', '$&', '$1$$', '$`', '\\0', '}}', '{{'])(
    'takes %j as it is, and looks at it no more',
    (value) => {
      expect(fill('<{{credential:a}}|{{credential:b}}>', value)).toBe(`<${value}|${value}>`);
    },
  );

  it('is looked for in time that grows with the text, whatever it holds', () => {
    const startedMs = performance.now();
    for (const text of ['{{credential:', '{{credential:}', '{{', '{{credential:a}}']) {
      parseTemplate(text.repeat(1_000_000));
    }
    // Looking for each end from each beginning would take minutes.
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

describe('the credentials that JSON text names', () => {
  it('are those of values at any depth, and not of names of members', () => {
    const json = `{"{{credential:key}}":1,"a":["{{credential:b}}",{"c":"x{{credential:d}}{{credential:b}}"}],"e":null}`;
    expect([...credentialNamesIn(json)]).toEqual(['b', 'd']);
    expect([...credentialNamesIn('["-y","{{credential:a}}"]')]).toEqual(['a']);
  });

  it('are found however JSON spells them', () => {
    expect([...credentialNamesIn(String.raw`{"a":"\u007b\u007bcred\u0065ntial:a}}"}`)]).toEqual(['a']);
  });

  it('are only names that a credential can have', () => {
    const json = JSON.stringify(
      ['', ' a', '-a', 'a b', 'ä', 'a'.repeat(65)].map((name) => `{{credential:${name}}}`),
    );
    expect([...credentialNamesIn(json)]).toEqual([]);
  });
});
