import type { Health } from '@hawser/contracts/directory';
import { Injectable } from '@nestjs/common';
import { HealthRepository } from './health.repository.js';

@Injectable()
export class HealthService {
  constructor(private readonly database: HealthRepository) {}

  async check(): Promise<Health> {
    const start = performance.now();
    await this.database.roundTrip();
    return { ok: true, database_ms: Math.round(performance.now() - start) };
  }
}
