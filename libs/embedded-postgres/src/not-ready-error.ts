/** PostgreSQL cannot be had now, because it is starting, stopping, crashing or full, but may be in a moment. */
export class NotReadyError extends Error {}
