import type { CallContext, RpcContract, Shape, ShapeType } from '@hawser/contracts';
import type { BusClient } from '@hawser/messaging';

/** Somebody who calls the service over the bus, as the gateway does for them. */
export class Caller {
  constructor(
    private readonly client: BusClient,
    readonly context: CallContext,
    readonly token: string,
  ) {}

  get workspaceId(): string {
    return this.context.workspaceId ?? '';
  }

  get userId(): string {
    return this.context.actor.user_id ?? '';
  }

  call<Req extends object, Res extends Shape>(
    contract: RpcContract<Req, Res>,
    request: Req,
  ): Promise<ShapeType<Res>> {
    return this.client.call(contract, request, this.context);
  }

  with(changes: Partial<CallContext>): Caller {
    return new Caller(this.client, { ...this.context, ...changes }, this.token);
  }

  /** The answer's error, which there must be. */
  async failure<Req extends object>(contract: RpcContract<Req, Shape>, request: Req): Promise<unknown> {
    const outcome = await this.call(contract, request).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    if ('error' in outcome) return outcome.error;
    throw new Error(`${contract.subject} should have failed and answered ${JSON.stringify(outcome.answer)}`);
  }
}
