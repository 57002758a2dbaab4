import type { RunningSystem } from './system.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** What a person at the terminal needs next. */
export function banner({ url, demo }: RunningSystem, startedInMs: number): string {
  const token = demo.ownerToken ?? '$HAWSER_TOKEN';
  const lines = [
    '',
    `Hawser is ready at ${url} (in ${seconds(startedInMs)}).`,
    '',
    `  API and docs   ${url}/api/docs`,
    ...(demo.ownerToken === undefined
      ? ['  Owner token    shown at the first start; HAWSER_BOOTSTRAP_TOKEN adds one of your choice']
      : [`  Owner token    ${demo.ownerToken}`]),
    '',
  ];
  if (demo.agentId !== undefined) {
    lines.push(
      'What may the demo agent use right now?',
      '',
      `  curl -H "Authorization: Bearer ${token}" '${url}/api/v1/agents/${demo.agentId}/integrations/resolved?workspace_id=demo'`,
      '',
    );
  }
  return lines.join('\n');
}
