import type { Problem } from './answer.js';
import { mergeNamedValues } from './named-values.js';
import type { Sources } from './sources.js';
import { describeTarget } from './target.js';

/** What is wrong with a server, always in the same order: withheld values, withheld credential, missing field. */
export function problemsOf(sources: Sources): Problem[] {
  return [withheldValues(sources), withheldCredential(sources), missingField(sources)].filter(
    (problem) => problem !== null,
  );
}

/** Rule 3: the base's headers or env, as far as the override does not set or delete them itself. */
function withheldValues(sources: Sources): Problem | null {
  if (sources.movedFrom === null) return null;
  const isHttp = sources.target.transport === 'streamable-http';
  const withoutTheRule = mergeNamedValues(sources.layers, isHttp ? 'headers_json' : 'env_json') ?? [];
  const names = withoutTheRule.filter(({ origin }) => origin.tier === 'workspace').map(({ name }) => name);
  if (names.length === 0) return null;
  const kind = isHttp ? 'headers' : 'variables';
  return {
    code: 'credential_withheld',
    message:
      `The workspace server's ${kind} ${names.join(', ')} are withheld: ${describeMove(sources)}. ` +
      `Set them on the crew server, or let it go where the workspace server goes.`,
    field: isHttp ? 'headers' : 'env_json',
  };
}

/** Rule 3: the credential of a binding that was made to the workspace server. */
function withheldCredential(sources: Sources): Problem | null {
  const { binding, credential, movedFrom } = sources;
  if (movedFrom === null || binding === null || binding.credential_id === null || credential !== null)
    return null;
  return {
    code: 'credential_withheld',
    message:
      `Credential ${binding.credential_id} of binding ${binding.id} is withheld: ${describeMove(sources)}. ` +
      `Bind the agent to the crew server itself, or let it go where the workspace server goes.`,
    field: 'credential_id',
  };
}

/** Rule 2: what the transport requires. A later change of the base can leave an override without it. */
function missingField({ candidate, target }: Sources): Problem | null {
  const field = target.transport === 'stdio' ? 'command' : 'endpoint';
  if (target[field] !== null) return null;
  const row = candidate.override ?? candidate.base;
  return {
    code: 'config_incomplete',
    message: `Server "${candidate.base.row.name}" has transport ${target.transport} but no ${field}: set ${field} on ${row.tier} server ${row.row.id}.`,
    field,
  };
}

/** For messages about what an override that moves its target loses. */
export function describeMove({ candidate, target, movedFrom }: Sources): string {
  const from = movedFrom === null ? '' : `, and not to ${describeTarget(movedFrom)}`;
  return `crew server ${candidate.override?.row.id} sends them to ${describeTarget(target)}${from}`;
}
