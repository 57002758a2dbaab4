import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

/** Listening on all addresses of this machine is listening on this one, too; the others do for nobody as an address. */
const loopback: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '127.0.0.1' };

/** Where callers reach the gateway: as configured, else where it listens. */
@Injectable()
export class PublicUrl {
  private readonly configured: string | undefined;

  constructor(
    configured: string | undefined,
    private readonly host: HttpAdapterHost<FastifyAdapter>,
  ) {
    this.configured = configured === undefined ? undefined : withoutEnd(configured);
  }

  /** Without a slash at its end. Not before the gateway listens, unless it is configured: port 0 may become any. */
  get value(): string {
    return this.configured ?? this.listening();
  }

  private listening(): string {
    const [address] = this.host.httpAdapter.getInstance().addresses();
    if (typeof address !== 'object') throw new Error('the gateway has no address before it listens');
    const reached = loopback[address.address] ?? address.address;
    return `http://${reached.includes(':') ? `[${reached}]` : reached}:${address.port}`;
  }
}

function withoutEnd(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, '');
}
