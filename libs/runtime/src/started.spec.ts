import { Started } from './started.js';

describe('what has been started', () => {
  it('is ended in reverse, all of it, also when some of it fails to end', async () => {
    const ended: string[] = [];
    const started = new Started();
    started.add('database', (name) => Promise.resolve(ended.push(name)));
    started.add('bus', () => Promise.reject(new Error('the bus is stuck')));
    started.add('gateway', (name) => Promise.resolve(ended.push(name)));
    await expect(started.end()).rejects.toMatchObject({ errors: [{ message: 'the bus is stuck' }] });
    expect(ended).toEqual(['gateway', 'database']);
    await expect(started.end()).resolves.toBeUndefined();
  });
});
