/** Top-level names that lead to this machine or into the network around it, whoever answers for them. */
const closed: ReadonlyMap<string, string> = new Map([
  ['localhost', 'this machine (RFC 6761)'],
  ['local', 'a name of the local network (RFC 6762)'],
  ['internal', 'a name of a private network (reserved by ICANN)'],
]);

/** `example.com.` is `example.com`, told to be whole. */
export function withoutTrailingDots(name: string): string {
  return name.replace(/\.+$/, '');
}

/** @param name without trailing dots */
export function isLocalhost(name: string): boolean {
  return topLevelOf(name) === 'localhost';
}

/**
 * Why a name is refused whatever it resolves to; undefined when it is not.
 * @param name without trailing dots
 */
export function closedName(name: string): string | undefined {
  return closed.get(topLevelOf(name));
}

function topLevelOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}
