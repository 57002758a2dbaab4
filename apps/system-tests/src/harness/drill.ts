/**
 * How long and how hard a drill is. The defaults fit into `npm test`; for the long form, by hand:
 *
 *   HAWSER_DRILL_SECONDS=120 npm run jest -- --selectProjects=distributed --testPathPatterns=rolling-restart
 */
const { env } = process;

/** Of load, at least. */
export const drillSeconds = Number(env.HAWSER_DRILL_SECONDS ?? 2);
/** Requests a second. */
export const drillRate = Number(env.HAWSER_DRILL_RATE ?? 60);
/** How long a server is away. */
export const outageSeconds = Number(env.HAWSER_DRILL_OUTAGE_SECONDS ?? 10);
/** Malformed messages, over all subjects. */
export const drillMessages = Number(env.HAWSER_DRILL_MESSAGES ?? 10_000);

/** For a test that a drill of that length fits into. */
export const drillTimeLimitMs = (drillSeconds + outageSeconds + 60) * 1000;

/** Shows what a drill has counted. */
export function report(lines: string | string[]): void {
  process.stdout.write(`${[lines].flat().join('\n')}\n`);
}
