export { errorCodes, ServiceError } from './errors.js';
export type { ErrorCode, ErrorDetails, FieldError } from './errors.js';
export { roles } from './context.js';
export type { Actor, AgentRef, CallContext, Role } from './context.js';
export { defaultDeadlineMs, defineEvent, defineRpc, universalErrors } from './contract.js';
export type { AnyEvent, AnyRpc, ClassOf, EventContract, RpcContract, Shape, ShapeType } from './contract.js';
