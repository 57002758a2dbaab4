/**
 * An authorization server's token endpoint, as far away as one usually is: a refresh token is good for one use, but for the
 * one of the floor. `GET` answers how often tokens have been renewed.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const latencyMs = Number(process.env.TOKEN_LATENCY_MS);
let good = '';
let renewals = 0;

async function answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
  const fields = new URLSearchParams(await text(request));
  await delay(latencyMs);
  const given = fields.get('refresh_token');
  const isRenewal = fields.get('grant_type') === 'refresh_token' && given !== 'floor';
  if (isRenewal && given !== good) return { status: 400, body: { error: 'invalid_grant' } };
  if (isRenewal) renewals += 1;
  const next = randomBytes(32).toString('base64url');
  if (given !== 'floor') good = next;
  const access_token = randomBytes(32).toString('base64url');
  return {
    status: 200,
    body: { access_token, token_type: 'Bearer', expires_in: 3_600, refresh_token: next },
  };
}

createServer((request, response) => {
  if (request.method !== 'POST') return void response.end(String(renewals));
  void answer(request).then(({ status, body }) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
}).listen(Number(process.env.HAWSER_PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
