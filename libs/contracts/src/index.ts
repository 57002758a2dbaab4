export { errorCodes, ServiceError } from './errors.js';
export type { ErrorCode, ErrorDetails, FieldError } from './errors.js';
export { agentOf, mayReadSecrets, roles, workspaceOf } from './context.js';
export type { Actor, AgentRef, CallContext, Role } from './context.js';
export { defaultDeadlineMs, defineBroadcast, defineEvent, defineRpc, universalErrors } from './contract.js';
export type {
  AnyBroadcast,
  AnyEvent,
  AnyRpc,
  BroadcastContract,
  ClassOf,
  EventContract,
  RpcContract,
  Shape,
  ShapeType,
} from './contract.js';
export { defineChangeEvent, RecordChange } from './change.js';
export { Deleted } from './deleted.dto.js';
export { deletesEntries, isKeepable } from './json-text.js';
export { Nothing } from './nothing.dto.js';
export { defaultPageSize, PageQuery } from './page.js';
export { readTime } from './read-time.js';
export { isSecretField } from './field.js';
export { OneOf, QueryFlag, Text } from './fields.js';
