import { BusServer, InProcessEvents, type MemoryHub } from '@hawser/messaging';
import type { INestMicroservice, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';

/** Another service, as far as the vault asks it; what it says is in its script. It can go away and come back. */
export class StandIn<Script extends object> {
  private app: INestMicroservice | undefined;

  private constructor(
    private readonly hub: MemoryHub,
    private readonly service: string,
    private readonly handler: Type,
    readonly script: Script,
  ) {}

  static async start<Script extends object>(
    hub: MemoryHub,
    service: string,
    handler: Type,
    script: Script,
  ): Promise<StandIn<Script>> {
    const standIn = new StandIn(hub, service, handler, script);
    await standIn.comeBack();
    return standIn;
  }

  async comeBack(): Promise<void> {
    const { hub, service, handler, script } = this;
    class ScriptedModule {}
    const module = {
      module: ScriptedModule,
      controllers: [handler],
      providers: [{ provide: script.constructor, useValue: script }],
    };
    this.app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
      logger: false,
      strategy: new BusServer({ bus: hub.connect(), service, events: new InProcessEvents() }),
    });
    await this.app.listen();
  }

  async goAway(): Promise<void> {
    await this.app?.close();
    this.app = undefined;
  }
}
