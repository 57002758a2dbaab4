import fc from 'fast-check';

/** A number as inet_aton(3) reads it. */
const numeral = (value: number): fc.Arbitrary<string> =>
  fc.constantFrom(
    String(value),
    `0${value.toString(8)}`,
    `0x${value.toString(16)}`,
    `0X${value.toString(16).toUpperCase()}`,
    `0x000${value.toString(16)}`,
  );

const wide = (text: string): string =>
  text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
const percent = (text: string): string =>
  text.replace(/[0-9]/g, (digit) => `%${digit.charCodeAt(0).toString(16)}`);
const ideographic = (text: string): string => text.replaceAll('.', '。');

/** One address in the ways in which a URL can be told of it: one to four numbers, in any base, in any script. */
function ipv4Host(bytes: readonly number[]): fc.Arbitrary<string> {
  return fc
    .integer({ min: 0, max: 3 })
    .chain((whole) => {
      const last = bytes.slice(whole).reduce((number, byte) => number * 256 + byte, 0);
      return fc.tuple(...[...bytes.slice(0, whole), last].map(numeral));
    })
    .chain((numbers) =>
      fc.tuple(
        fc.constant(numbers.join('.')),
        fc.constantFrom((text: string) => text, wide, percent, ideographic),
        fc.constantFrom('', '.'),
      ),
    )
    .map(([text, disguise, dot]) => disguise(text) + dot);
}

/** With and without `::` for zeros, zeros in front, capitals, and the last four bytes as an IPv4 address. */
function ipv6Host(bytes: readonly number[]): fc.Arbitrary<string> {
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  return fc
    .record({ padded: fc.boolean(), upper: fc.boolean(), dotted: fc.boolean(), shortened: fc.boolean() })
    .map(({ padded, upper, dotted, shortened }) => {
      const parts = groups.map((group) => group.toString(16).padStart(padded ? 4 : 1, '0'));
      const all = dotted ? [...parts.slice(0, 6), bytes.slice(12).join('.')] : parts;
      const text = shortened ? all.join(':').replace(/(^|:)(0+(:|$)){2,}/, '::') : all.join(':');
      return `[${upper ? text.toUpperCase() : text}]`;
    });
}

export function hostOfBytes(bytes: readonly number[]): fc.Arbitrary<string> {
  return bytes.length === 4 ? ipv4Host(bytes) : ipv6Host(bytes);
}
