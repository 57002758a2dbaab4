/**
 * The client that the MCP conformance suite starts, with the address of the scenario's server as the last argument: has
 * Hawser look at that server, and prints what it answers. Run as it is, so it imports nothing of ours.
 */
const { HAWSER_URL = '', HAWSER_TOKEN = '', HAWSER_WORKSPACE = '' } = process.env;
const [, , task = '', address = ''] = process.argv;

async function post(path: string, body?: object): Promise<unknown> {
  const url = new URL(path, HAWSER_URL);
  url.searchParams.set('workspace_id', HAWSER_WORKSPACE);
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${HAWSER_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
  return response.json();
}

async function test(): Promise<unknown> {
  const name = `conformance-${process.pid}`;
  const server = (await post('/api/v1/integrations', { name, endpoint: address })) as { id: string };
  return post(`/api/v1/integrations/${server.id}/test`);
}

const tasks: Record<string, () => Promise<unknown>> = {
  test,
  discover: () => post('/api/v1/oauth/discover', { mcp_url: address }),
};
process.stdout.write(JSON.stringify(await tasks[task]?.()));
