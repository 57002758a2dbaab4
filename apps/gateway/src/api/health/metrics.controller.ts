import { scrape } from '@hawser/runtime';
import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../access/requires.js';

/** For Prometheus. It is kept from the outside by what stands before the gateway; see docs/operations.md. */
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  @Get()
  @Public()
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const { contentType, body } = await scrape();
    void reply.header('cache-control', 'no-store').type(contentType).send(body);
  }
}
