import { applyPatch } from './apply-patch.js';

const row = (): { name: string; owner: string | null; id: string } => ({ name: 'a', owner: 'u', id: '1' });

it('writes what the patch says and names what changed', () => {
  const target = row();
  expect(applyPatch(target, { name: 'b', owner: null }, ['name', 'owner'])).toEqual(['name', 'owner']);
  expect(target).toEqual({ name: 'b', owner: null, id: '1' });
});

it('leaves alone what the patch leaves out or repeats', () => {
  const target = row();
  expect(applyPatch(target, { name: 'a', owner: undefined }, ['name', 'owner'])).toEqual([]);
  expect(target).toEqual(row());
});
