import { Counter, Histogram } from 'prom-client';

/** What became of an event in a service: handled, to be delivered again, or not readable and let go. */
export type EventOutcome = 'done' | 'failed' | 'dropped';

const published = new Counter({
  name: 'hawser_events_published_total',
  help: 'Attempts to publish an event',
  labelNames: ['outcome'] as const,
});
const ok = published.labels('ok');
const failed = published.labels('failed');

const handling = new Histogram({
  name: 'hawser_event_handling_duration_seconds',
  help: 'How long consumers take for an event',
  labelNames: ['subject', 'outcome'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

/** Counts how an attempt to publish ends, and ends the same way. */
export async function countPublished(attempt: Promise<void>): Promise<void> {
  try {
    await attempt;
    ok.inc();
  } catch (error) {
    failed.inc();
    throw error;
  }
}

/** Starts the clock for one event; to be called with the outcome. */
export function startHandling(subject: string): (outcome: EventOutcome) => void {
  const end = handling.startTimer({ subject });
  return (outcome) => void end({ outcome });
}
