import type { TestReason, TestStatus } from '@hawser/contracts/probe';
import { Counter, Gauge } from 'prom-client';

const testsTotal = new Counter({
  name: 'hawser_probe_tests_total',
  help: 'Servers tried out, by what it came to; reason is empty unless the status is "error".',
  labelNames: ['status', 'reason'] as const,
});

export const inFlight = new Gauge({
  name: 'hawser_probe_in_flight',
  help: 'Errands to servers on their way at this moment: tests, refreshes of tools and discoveries.',
});

export const waiting = new Gauge({
  name: 'hawser_probe_waiting',
  help: 'Errands that wait for a slot.',
});

export function countTest({ status, reason = '' }: { status: TestStatus; reason?: TestReason | '' }): void {
  testsTotal.inc({ status, reason });
}
