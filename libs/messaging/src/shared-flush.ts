/**
 * One round trip for many callers: one is under way and one waits, and everyone who asks meanwhile shares the one that
 * waits, because the one under way may have begun too early for them. It begins when the turn of the event loop ends,
 * so that requests which were read together also share.
 */
export class SharedFlush {
  private underWay = false;
  private waiting: PromiseWithResolvers<void> | undefined;

  constructor(private readonly flush: () => Promise<void>) {}

  /**
   * Resolves when a flush that began after this call is done.
   * @throws whatever the flush rejects with, or the one before it: who has no answer now will have none at once
   */
  join(): Promise<void> {
    if (this.waiting === undefined) {
      this.waiting = Promise.withResolvers();
      if (!this.underWay) this.beginSoon();
    }
    return this.waiting.promise;
  }

  private beginSoon(): void {
    this.underWay = true;
    setImmediate(() => void this.begin());
  }

  private async begin(): Promise<void> {
    const current = this.takeWaiting();
    try {
      await this.flush();
      current?.resolve();
    } catch (error) {
      current?.reject(error);
      this.takeWaiting()?.reject(error);
    }
    this.underWay = false;
    if (this.waiting !== undefined) this.beginSoon();
  }

  private takeWaiting(): PromiseWithResolvers<void> | undefined {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting;
  }
}
