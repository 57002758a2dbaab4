/** Of one server. A row can name thousands, and the vault would be asked for all of them at each answer. */
const mostNamed = 100;

/** The credentials that templates of one server name, in the order in which they stand: only the first ones count. */
export class NamedCredentials {
  private readonly names = new Set<string>();

  /** Whether this one counts. */
  take(name: string): boolean {
    if (this.names.size < mostNamed) this.names.add(name);
    return this.names.has(name);
  }
}

/** Why one that does not count is not put in, as the end of a sentence that begins with it. */
export const namedTooLate = `is not among the first ${mostNamed} that templates in this server name: name fewer`;
