/**
 * Runs in each process before its program: when the supervisor is gone, killed even, the program is to stop too. It
 * gets a moment only, as NATS has gone with the supervisor and there is nobody left to answer.
 */
const endsWithinMs = 3_000;

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), endsWithinMs).unref();
});
// What the program waits for keeps it running, not this.
process.channel?.unref();
