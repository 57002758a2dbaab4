export { checkUrl } from './check-url.js';
export { Egress } from './egress.js';
export type { EgressOptions, Fetch, FetchLimits } from './egress.js';
export { EgressError } from './errors.js';
export type { EgressReason } from './errors.js';
export { EgressPolicy } from './policy.js';
export type { Resolve } from './resolve.js';
