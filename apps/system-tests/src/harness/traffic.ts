import { once } from 'node:events';
import { Agent, request, type ClientRequest } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Api } from './api.js';

export interface Outcome {
  /** The status, or the error's code where there was no answer. */
  result: number | string;
  body: string;
}

function open(api: Api, method: string, path: string, agent: Agent | false): ClientRequest {
  return request(new URL(`${path}?workspace_id=${api.workspace}`, api.gateways.next()), {
    method,
    agent,
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
  });
}

function outcomeOf(sent: ClientRequest): Promise<Outcome> {
  const failed = ({ code = 'unknown' }: NodeJS.ErrnoException): Outcome => ({ result: code, body: '' });
  return new Promise((resolve) => {
    sent.once('error', (error) => resolve(failed(error)));
    sent.once('response', (response) => {
      const status = response.statusCode ?? 0;
      text(response).then(
        (body) => resolve({ result: status, body }),
        (error: Error) => resolve({ result: `cut off: ${error.message}`, body: '' }),
      );
    });
  });
}

/** A POST that is under way: its headers and the beginning of its body have left, the rest goes with `finish`. */
export async function beginPost(
  api: Api,
  path: string,
  body: object,
): Promise<{ finish: () => Promise<Outcome> }> {
  const bytes = Buffer.from(JSON.stringify(body));
  const sent = open(api, 'POST', path, false);
  const outcome = outcomeOf(sent);
  sent.write(bytes.subarray(0, 5));
  await once(sent, 'socket').then(([socket]) => once(socket as NodeJS.EventEmitter, 'connect'));
  return {
    finish: () => {
      sent.end(bytes.subarray(5));
      return outcome;
    },
  };
}

/** A POST that has been sent, and whose caller hangs up with `leave`. */
export function sendPost(
  api: Api,
  path: string,
  body: object = {},
): { leave: () => void; outcome: Promise<Outcome> } {
  const sent = open(api, 'POST', path, false);
  const outcome = outcomeOf(sent);
  sent.end(JSON.stringify(body));
  return { leave: () => sent.destroy(), outcome };
}

/** A GET that is under way: the last line of its headers goes with `finish`, which answers the status line. */
export async function beginGet(api: Api, path: string): Promise<{ finish: () => Promise<string> }> {
  const { hostname, port } = new URL(api.gateways.next());
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `GET ${path}?workspace_id=${api.workspace} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${api.token}\r\n`,
  );
  return {
    finish: async () => {
      socket.write('Connection: close\r\n\r\n');
      return (await text(socket)).split('\r\n')[0] ?? '';
    },
  };
}

/** Sends request after request, each on a connection of its own, until nobody listens any more. */
export async function hammer(
  api: Api,
  method: 'GET' | 'POST',
  path: string,
  bodies: () => object | undefined,
): Promise<(Outcome & { sent: object | undefined })[]> {
  const outcomes: (Outcome & { sent: object | undefined })[] = [];
  while (outcomes.at(-1)?.result !== 'ECONNREFUSED') {
    const body = bodies();
    const sent = open(api, method, path, false);
    const outcome = outcomeOf(sent);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    outcomes.push({ ...(await outcome), sent: body });
  }
  return outcomes;
}

/** A connection that has had an answer, and stays open with nothing to say until `close`. */
export async function idleConnection(api: Api): Promise<{ close: () => void }> {
  const agent = new Agent({ keepAlive: true });
  const sent = open(api, 'GET', '/healthz', agent);
  const outcome = outcomeOf(sent);
  sent.end();
  const { result } = await outcome;
  if (result !== 200) throw new Error(`/healthz answered ${result}`);
  return { close: () => agent.destroy() };
}
