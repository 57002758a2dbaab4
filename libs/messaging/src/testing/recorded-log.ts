import { Logger, type LoggerService } from '@nestjs/common';

/** Nest's log as text, for tests that ask what was logged; nothing is printed. */
export class RecordedLog implements LoggerService {
  private lines: string[] = [];

  /** Takes the place of Nest's logger, everywhere in this process. */
  static install(): RecordedLog {
    const log = new RecordedLog();
    Logger.overrideLogger(log);
    return log;
  }

  log = (...parts: unknown[]): void => this.add(parts);
  warn = (...parts: unknown[]): void => this.add(parts);
  error = (...parts: unknown[]): void => this.add(parts);

  /** What has been logged since the last call. */
  take(): string {
    const text = this.lines.join('\n');
    this.lines = [];
    return text;
  }

  private add(parts: unknown[]): void {
    this.lines.push(parts.map((part) => (part instanceof Error ? part.stack : String(part))).join(' '));
  }
}
