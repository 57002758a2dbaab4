import { checkStdio } from './stdio-check.js';

describe('a stdio server', () => {
  it.each([
    ['npx', '["-y","@acme/mcp"]'],
    ['/usr/local/bin/mcp-server', null],
    ['node', '[]'],
  ])('%s with %s is well formed', (command, args_json) => {
    expect(checkStdio({ command, args_json })).toEqual({
      status: 'ok',
      transport: 'stdio',
      message: expect.stringContaining(JSON.stringify(command)) as string,
    });
  });

  it.each([
    ['npx -y @acme/mcp', null, 'put "npx" into command, and ["-y","@acme/mcp"] at the front of args_json'],
    [' npx', null, 'put "npx" into command.'],
    ['my\tserver', null, 'put "my" into command'],
    ['', null, 'set one, such as "npx"'],
    [null, null, 'set one, such as "npx"'],
    ['npx', '{"a":1}', 'JSON array of strings'],
    ['npx', '["a",1]', 'JSON array of strings'],
    ['npx', '-y @acme/mcp', 'JSON array of strings'],
  ])('%j with %s is not, and is told what to do', (command, args_json, advice) => {
    expect(checkStdio({ command, args_json })).toEqual({
      status: 'error',
      reason: 'configuration',
      transport: 'stdio',
      message: expect.stringContaining(advice) as string,
    });
  });
});
