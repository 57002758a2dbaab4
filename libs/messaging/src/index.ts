export {
  type Bus,
  BusClosedError,
  type BusMessage,
  DeadlineError,
  maxPayloadBytes,
  NoResponderError,
  PayloadTooLargeError,
  type Subscription,
} from './bus.js';
export { Broadcasts } from './broadcasts.js';
export { BusClient } from './bus-client.js';
export { BusServer, type BusServerOptions } from './bus-server.js';
export { Consumes } from './consumes.js';
export type { EventContext, EventEnvelope, EventSource } from './events.js';
export { Handles } from './handles.js';
export { currentCall, type CurrentCall, inCall, outsideCalls } from './in-call.js';
export { EventDeliveryError, InProcessEvents } from './in-process-events.js';
export { EventNotStoredError, JetStreamEvents } from './jetstream-events.js';
export { MemoryBus, MemoryHub } from './memory-bus.js';
export { readMessage, readPlain } from './message-reader.js';
export { NatsBus } from './nats-bus.js';
export type { NatsBusOptions } from './nats-options.js';
export type { CallLimits } from './resilience/call-limits.js';
export { startRequestSpan, traceparentOf, withinSpan } from './tracing.js';
export { childTraceparent, isTraceparent } from './traceparent.js';
export { stackOf } from './stack-of.js';
