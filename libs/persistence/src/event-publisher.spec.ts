import type { EventEnvelope } from '@hawser/messaging';
import { EventPublisher, publishAll } from './event-publisher.js';

const envelope = (id: string): EventEnvelope => ({
  id,
  subject: 'hawser.events.notes.note.taken.v1',
  occurred_at: '2026-01-01T00:00:00.000Z',
  workspace_id: 'ws_1',
  actor: { kind: 'user', id: 'tok_1', user_id: 'usr_1', role: 'OWNER' },
  request_id: 'req_1',
  data: {},
});

class Publisher extends EventPublisher {
  publish({ id }: EventEnvelope): Promise<void> {
    if (id === 'hanging') return new Promise(() => undefined);
    if (id === 'throwing') throw new Error('at once');
    return id === 'failing' ? Promise.reject(new Error('nobody there')) : Promise.resolve();
  }
}

it('gives each event the same time, and says of each whether it has left', async () => {
  const ids = ['leaving', 'hanging', 'failing', 'throwing', 'other'];
  const outcomes = await publishAll(new Publisher(), ids.map(envelope), 50);
  expect(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'left' : String(outcome.reason))),
  ).toEqual(['left', 'Error: not done within 50 ms', 'Error: nobody there', 'Error: at once', 'left']);
});
