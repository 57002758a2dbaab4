/**
 * Asks the program in this container over HTTP and exits 0 when it answers 200; the image has no curl.
 *
 *   node healthcheck.mjs [/healthz or /readyz]
 */
import { get } from 'node:http';
import process from 'node:process';

const [path = '/healthz'] = process.argv.slice(2);
const port = process.env.HAWSER_PORT || '8080';
const withinMs = 2_500;

function fail(why) {
  process.stderr.write(`${path}: ${why}\n`);
  process.exit(1);
}

get({ host: '127.0.0.1', port, path, timeout: withinMs }, (response) => {
  if (response.statusCode === 200) process.exit(0);
  fail(`answered ${response.statusCode}`);
})
  .on('timeout', () => fail(`no answer within ${withinMs} ms`))
  .on('error', (error) => fail(error.message));
