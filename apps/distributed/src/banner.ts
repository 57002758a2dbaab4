export interface Ready {
  gatewayUrls: string[];
  ownerToken: string;
  demoAgentId: string | undefined;
  logFolder: string;
  stateFile: string;
  startedInMs: number;
}

/** What a person at the terminal needs next. */
export function banner(ready: Ready): string {
  const { gatewayUrls, ownerToken, demoAgentId } = ready;
  const url = gatewayUrls[0] ?? '';
  return [
    '',
    `Hawser is ready at ${gatewayUrls.join(' and ')} (in ${(ready.startedInMs / 1000).toFixed(1)} s).`,
    '',
    `  API and docs     ${url}/api/docs`,
    `  Owner token      ${ownerToken}`,
    `  Logs             ${ready.logFolder}`,
    `  What runs where  ${ready.stateFile}`,
    '',
    ...(demoAgentId === undefined
      ? []
      : [
          'What may the demo agent use right now?',
          '',
          `  curl -H "Authorization: Bearer ${ownerToken}" '${url}/api/v1/agents/${demoAgentId}/integrations/resolved?workspace_id=demo'`,
          '',
        ]),
    'Ctrl-C or "npm run dev:distributed:stop" stops it; SIGUSR2 restarts one process after the other.',
    '',
  ].join('\n');
}
