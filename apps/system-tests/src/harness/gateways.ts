/**
 * Where the system takes requests. Each request goes to the next gateway in turn, so whatever a test has written through
 * one of them it reads through another.
 */
export class Gateways {
  private turn = 0;

  constructor(readonly urls: readonly string[]) {}

  next(): string {
    return this.urls[this.turn++ % this.urls.length] as string;
  }

  /** All, the next one first, for callers that may have to try another. */
  inTurn(): [string, ...string[]] {
    const next = this.next();
    return [next, ...this.urls.filter((url) => url !== next)];
  }
}
