import { Histogram } from 'prom-client';

const histogram = new Histogram({
  name: 'hawser_http_request_duration_seconds',
  help: 'Time from a request to the end of its answer, in seconds',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** How long requests take; looks the labels of each kind up once. */
export class RequestDurations {
  private readonly kinds = new Map<string, { observe(seconds: number): void }>();

  observe(method: string, route: string, status: number, elapsedMs: number): void {
    const kind = `${method} ${status} ${route}`;
    let observer = this.kinds.get(kind);
    if (observer === undefined) {
      observer = histogram.labels(method, route, String(status));
      this.kinds.set(kind, observer);
    }
    observer.observe(elapsedMs / 1000);
  }
}
