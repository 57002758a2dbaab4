import { Readable } from 'node:stream';
import { OneOf, ServiceError, type CallContext } from '@hawser/contracts';
import { AuditPage, AuditQuery, listAudit } from '@hawser/contracts/directory';
import { BusClient } from '@hawser/messaging';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { Operation } from '../../openapi/operation.js';

class AuditRequest extends AuditQuery {
  @OneOf(['json', 'jsonl'], {
    optional: true,
    default: 'json',
    description: 'jsonl: all entries, one a line',
  })
  format?: 'json' | 'jsonl';
}

/** Fewer where the entries are too long for one answer: some name every credential that an agent got. */
const streamPageSizes = [1000, 100, 10];

@ApiTags('Audit')
@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly bus: BusClient) {}

  @Get()
  @Requires('audit.read')
  @Operation('Read the audit log, newest first', listAudit)
  @ApiProduces('application/json', 'application/jsonl')
  async list(
    @Query() { format, ...query }: AuditRequest,
    @Caller() caller: CallContext,
  ): Promise<AuditPage | StreamableFile> {
    if (format !== 'jsonl') return this.bus.call(listAudit, query, caller);
    // The first page is read before the headers leave, so that a refused query is still a problem document.
    const first = await this.longPage(query, caller);
    return new StreamableFile(Readable.from(this.lines(first, query, caller)), { type: 'application/jsonl' });
  }

  private async *lines(first: AuditPage, query: AuditQuery, caller: CallContext): AsyncGenerator<string> {
    let page = first;
    for (;;) {
      yield page.entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      if (page.next_cursor === null) return;
      page = await this.longPage({ ...query, cursor: page.next_cursor }, caller);
    }
  }

  private async longPage(query: AuditQuery, caller: CallContext): Promise<AuditPage> {
    // The whole takes as long as it takes, and as its reader; each page has a call's time.
    const context = { ...caller, beganAtMs: Date.now() };
    for (const limit of streamPageSizes) {
      try {
        return await this.bus.call(listAudit, { ...query, limit }, context);
      } catch (error) {
        if (!(error instanceof ServiceError) || error.code !== 'payload_too_large') throw error;
      }
    }
    return this.bus.call(listAudit, { ...query, limit: 1 }, context);
  }
}
