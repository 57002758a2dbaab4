import { setTimeout as delay } from 'node:timers/promises';
import type { CallContext } from '@hawser/contracts';
import { Controller, type Type } from '@nestjs/common';
import type { BusClient } from '../bus-client.js';
import { Handles } from '../handles.js';
import { type Hold, hold, insist, relay, type Report } from './probe.contracts.js';

/** One process's handlers that take long, and what they are doing. */
export interface Holding {
  controllers: Type[];
  /** The names of all calls that have begun. */
  begun: string[];
  /** The calls that are being worked on, by name, with their signals. */
  running: Map<string, AbortSignal | undefined>;
}

const untilStoppedMs = 60_000;

/** @param client asks the next service, for `relay` */
export function holding(client?: BusClient): Holding {
  const begun: string[] = [];
  const running: Holding['running'] = new Map();

  const work = async ({ name, forMs = untilStoppedMs }: Hold, signal?: AbortSignal): Promise<Report> => {
    begun.push(name);
    running.set(name, signal);
    try {
      await delay(forMs, undefined, { signal });
      return { text: 'done' };
    } finally {
      running.delete(name);
    }
  };

  @Controller()
  class Holder {
    @Handles(hold)
    hold(request: Hold, { signal }: CallContext): Promise<Report> {
      return work(request, signal);
    }

    @Handles(insist)
    insist(request: Hold): Promise<Report> {
      return work(request);
    }
  }

  @Controller()
  class Relay {
    @Handles(relay)
    async relay(request: Hold, context: CallContext): Promise<Report> {
      running.set(request.name, context.signal);
      try {
        return await (client as BusClient).call(hold, request, context);
      } finally {
        running.delete(request.name);
      }
    }
  }

  return { controllers: [client === undefined ? Holder : Relay], begun, running };
}
