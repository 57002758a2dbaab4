import type { CallContext, RpcContract, Shape, ShapeType } from '@hawser/contracts';
import { UseFilters } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { KeepError } from './keep-error.filter.js';

/**
 * Makes a controller's method the handler of a contract: `(request, context) => Promise<answer>`. tsc refuses a
 * method that does not fit the contract.
 */
export function Handles<Req extends object, Res extends Shape>(
  contract: RpcContract<Req, Res>,
): <Handler extends (request: Req, context: CallContext) => Promise<ShapeType<Res>>>(
  target: object,
  method: string,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void {
  return (target, method, descriptor) => {
    MessagePattern(contract.subject, { contract })(target, method, descriptor);
    Payload()(target, method, 0);
    Ctx()(target, method, 1);
    UseFilters(KeepError)(target, method, descriptor);
  };
}
