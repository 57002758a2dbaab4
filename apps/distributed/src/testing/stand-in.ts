/** Stands in for a program of the system: serves what Node alone can, and misbehaves as its variables say. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';

const { HAWSER_HOST, HAWSER_PORT, ENDS_IF_THERE = '', STUBBORN } = process.env;

if (existsSync(ENDS_IF_THERE)) {
  process.stderr.write('this one does not start\n');
  process.exit(3);
}
process.stdout.write('listening\n');
const server = createServer((request, response) => {
  response.setHeader('connection', 'close');
  response.end(request.url === '/environment' ? JSON.stringify(Object.keys(process.env).sort()) : 'ok');
});
server.listen(Number(HAWSER_PORT), HAWSER_HOST);
process.on('SIGTERM', () => {
  if (STUBBORN === undefined) server.close(() => process.exit(0));
});
