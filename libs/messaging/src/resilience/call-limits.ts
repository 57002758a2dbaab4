/** How long, and how often at a time, the callers of one service may try to reach it. */
export interface CallLimits {
  /** How long a service may be away before its callers are told: time enough to start again. */
  absenceMs: number;
  /** How long a first attempt may wait, where there can be a second. */
  silenceMs: number;
  /** Calls at a time, those between two attempts included. */
  inFlight: number;
  /** Calls that wait for one of these to end. Any further call is refused. */
  waiting: number;
  /** The share of failed calls, 0 to 1, beyond which all calls are refused for a while: the circuit is open. */
  circuitThreshold: number;
  /** The time over which that share is taken. */
  circuitWindowSeconds: number;
  /** Of fewer calls in that time the share says too little. */
  circuitLeastCalls: number;
  /** How long the circuit stays open before one call may try again. */
  circuitOpenMs: number;
}

export const defaultCallLimits: CallLimits = {
  absenceMs: 2_000,
  silenceMs: 2_000,
  inFlight: 512,
  waiting: 1_024,
  circuitThreshold: 0.5,
  circuitWindowSeconds: 5,
  circuitLeastCalls: 25,
  circuitOpenMs: 1_000,
};
