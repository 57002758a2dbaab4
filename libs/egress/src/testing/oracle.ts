import fc from 'fast-check';

/** First and last address, as numbers of so many bytes in hexadecimal. Written down apart from what is tested. */
const closedIpv4 = [
  ['00000000', '00ffffff'],
  ['0a000000', '0affffff'],
  ['64400000', '647fffff'],
  ['7f000000', '7fffffff'],
  ['a83f8110', 'a83f8110'],
  ['a9fe0000', 'a9feffff'],
  ['ac100000', 'ac1fffff'],
  ['c0000000', 'c00000ff'],
  ['c0000200', 'c00002ff'],
  ['c0586300', 'c05863ff'],
  ['c0a80000', 'c0a8ffff'],
  ['c6120000', 'c613ffff'],
  ['c6336400', 'c63364ff'],
  ['cb007100', 'cb0071ff'],
  ['e0000000', 'ffffffff'],
].map(numbers);

/** What is left of 2000::/3, by the first 32 bits, which decide. */
const openIpv6 = [
  ['20000000', '2000ffff'],
  ['20010200', '20010db7'],
  ['20010db9', '2001ffff'],
  ['20030000', '3ffeffff'],
  ['3fff1000', '3fffffff'],
].map(numbers);

const translated = hex('0064ff9b0000000000000000');

function hex(digits: string): bigint {
  return BigInt(`0x${digits}`);
}

function numbers(range: string[]): readonly bigint[] {
  return range.map(hex);
}

const lies = (number: bigint, ranges: readonly (readonly bigint[])[]): boolean =>
  ranges.some(([first = 0n, last = 0n]) => first <= number && number <= last);

/** Whether an address of 4 or 16 bytes is one to go to. */
export function isPublic(bytes: readonly number[]): boolean {
  const number = hex(Buffer.from(bytes).toString('hex'));
  if (bytes.length === 4) return !lies(number, closedIpv4);
  if (number >> 32n === translated) return isPublic(bytes.slice(12));
  return lies(number >> 96n, openIpv6);
}

/** As inet_ntop(3) would, without shortening. */
export function textOf(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  return Buffer.from(bytes).toString('hex').match(/.{4}/g)?.join(':') ?? '';
}

const anyOf = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length });

/** Next to the ends of the ranges, where mistakes are. */
const nearAnEnd = fc
  .tuple(
    fc.constantFrom(
      ...closedIpv4.flat().map((end) => [end, 32n] as const),
      ...openIpv6.flat().map((end) => [end << 96n, 128n] as const),
      ...openIpv6.flat().map((end) => [((end + 1n) << 96n) - 1n, 128n] as const),
      ...closedIpv4.flat().map((end) => [(translated << 32n) | end, 128n] as const),
      ...closedIpv4.flat().map((end) => [(0xffffn << 32n) | end, 128n] as const),
    ),
    fc.bigInt({ min: -2n, max: 2n }),
  )
  .map(([[end, bits], offset]) => {
    const digits = BigInt.asUintN(Number(bits), end + offset).toString(16);
    return [...Buffer.from(digits.padStart(Number(bits) / 4, '0'), 'hex')];
  });

/** 4 or 16 bytes. */
export const someBytes: fc.Arbitrary<number[]> = fc.oneof(
  anyOf(4),
  anyOf(16),
  nearAnEnd,
  // Within 2000::/3, and within 64:ff9b::/96
  anyOf(15).map((rest) => [0x20 | ((rest[0] ?? 0) & 0x1f), ...rest]),
  anyOf(4).map((last) => [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, ...last]),
);
