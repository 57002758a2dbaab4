import { type CallContext, type RpcContract, type Shape, type ShapeType } from '@hawser/contracts';
import { BusClient, MemoryHub } from '@hawser/messaging';
import { EventPublisher, PersistenceModule } from '@hawser/persistence';
import { serve } from '@hawser/runtime';
import { Global, Module, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { vaultDatabase } from '../database/database.js';
import { KeyRing } from '../keys/key-ring.js';
import { KeysModule } from '../keys/keys.module.js';

/** Leaves every event in the outbox, where a test can look at it. */
class NobodyListens extends EventPublisher {
  publish(): Promise<void> {
    return Promise.reject(new Error('nobody listens'));
  }
}

@Global()
@Module({})
class RingModule {
  static register(keys: string): DynamicModule {
    const providers = [{ provide: KeyRing, useValue: KeyRing.parse(keys) }];
    return { module: RingModule, providers, exports: [KeyRing] };
  }
}

/** The room of the keys alone, served on a bus where nobody else is. */
export class KeysService {
  private readonly hub = new MemoryHub();
  private app: INestMicroservice | undefined;
  private readonly client = new BusClient(this.hub.connect());

  /** On a migrated database. What it logs is in `lines`. */
  async start(url: string, keys: string): Promise<void> {
    const imports = [
      PersistenceModule.register(vaultDatabase(url), new NobodyListens()),
      RingModule.register(keys),
      KeysModule,
    ];
    this.app = await serve({
      service: 'vault',
      module: { module: class KeysAlone {}, imports },
      bus: this.hub.connect(),
      logger: ['fatal'],
    });
  }

  call<Req extends object, Res extends Shape>(
    contract: RpcContract<Req, Res>,
    request: Req,
    context: Omit<CallContext, 'requestId'>,
  ): Promise<ShapeType<Res>> {
    return this.client.call(contract, request, { requestId: 'req_1', ...context });
  }

  async stop(): Promise<void> {
    await this.app?.close();
  }
}
