import { Logger } from '@nestjs/common';

/** Takes what Nest's loggers say instead of printing it: `warn …`, `error …`. */
export function logLines(): string[] {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (message: string): void =>
      void lines.push(`${level} ${message}`);
  Logger.overrideLogger({ log: keep('log'), warn: keep('warn'), error: keep('error') });
  return lines;
}
