import { checkHealth } from '@hawser/contracts/directory';
import { BusClient } from '@hawser/messaging';
import { Controller, Get, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import type { FastifyRequest } from 'fastify';
import { Public } from '../../access/requires.js';
import { anonymousContext } from '../../http/request-context.js';

/** Less than a prober waits, and than a call does: one that goes wrong is tried again. */
const answerWithinMs = 1_500;

@ApiTags('Health')
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly bus: BusClient,
  ) {}

  @Get('healthz')
  @Public()
  @ApiOperation({ summary: 'Whether the process is alive' })
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The bus and `directory` are what no request can do without; other services failing is theirs to answer for. */
  @Get('readyz')
  @Public()
  @HealthCheck()
  @ApiOperation({ summary: 'Whether requests can be served' })
  ready(@Req() request: FastifyRequest): Promise<HealthCheckResult> {
    const directory = this.indicators.check('directory');
    const context = { ...anonymousContext(request), deadlineAtMs: Date.now() + answerWithinMs };
    return this.health.check([
      () =>
        this.bus.call(checkHealth, {}, context).then(
          ({ database_ms }) => directory.up({ database_ms }),
          (error: Error) => directory.down(error.message),
        ),
    ]);
  }
}
