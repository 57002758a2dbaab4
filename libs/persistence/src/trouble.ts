import type { Logger } from '@nestjs/common';

/** Says when something begins to go wrong and when that is over; what is tried every second is silent in between. */
export class Trouble {
  private present = false;

  constructor(private readonly log: Logger) {}

  begin(line: string): void {
    if (this.present) return;
    this.present = true;
    this.log.warn(line);
  }

  /** A warning too, so that whoever saw the one sees the other. */
  end(line: string): void {
    if (!this.present) return;
    this.present = false;
    this.log.warn(line);
  }
}
