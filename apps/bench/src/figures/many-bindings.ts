import type { Started } from '@hawser/runtime';
import { addBindingsOfOthers } from '../bindings-of-others.js';
import { makeEffectiveSet } from '../effective-set.js';
import { latencyFigure, type Figure } from '../figure.js';
import { interleaved, type Load, type Target } from '../load.js';
import { startSystem } from '../system.js';

const few = 1_000;
const many = 1_000_000;

/** Whether the answer for one agent slows down with all that others have: two systems, one after the other in turn. */
export async function manyBindingsFigure(
  started: Started,
  load: Load & { rounds: number },
): Promise<Figure[]> {
  const systemWith = async (bindings: number): Promise<Target> => {
    const system = await startSystem(started);
    const { agentId } = await makeEffectiveSet(system);
    await addBindingsOfOthers(system.databaseUrl, bindings);
    return {
      url: `${system.url}/api/v1/agents/${agentId}/integrations/resolved?workspace_id=demo`,
      headers: { authorization: `Bearer ${system.token}` },
    };
  };
  const measured = await interleaved({ ours: await systemWith(many), floor: await systemWith(few) }, load);
  const name = `resolved with ${many.toLocaleString('en')} bindings in the table`;
  const floorName = `itself with ${few.toLocaleString('en')}`;
  return [latencyFigure({ name, floorName, ...measured }, 1.2)];
}
