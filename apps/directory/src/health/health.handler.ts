import { checkHealth, type Health } from '@hawser/contracts/directory';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { HealthService } from './health.service.js';

@Controller()
export class HealthHandler {
  constructor(private readonly health: HealthService) {}

  @Handles(checkHealth)
  check(): Promise<Health> {
    return this.health.check();
  }
}
