/** Prints the run's real counts as one plain line after Jest's own summary. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : '');
    // After the default reporter's summary, which is written to stderr.
    process.stderr.write('\n');
    process.stdout.write(`${line}\n`);
  }
}
