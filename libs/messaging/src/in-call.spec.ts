import { setTimeout as delay } from 'node:timers/promises';
import { currentCall, inCall, outsideCalls } from './in-call.js';

const call = { requestId: 'req_1' };

it('is known in all that is waited for, and nowhere else', async () => {
  await inCall(call, async () => {
    await delay(1);
    expect(currentCall()).toBe(call);
  });
  expect(currentCall()).toBeUndefined();
});

it('is not the call of what it only sets off', async () => {
  const seen = await inCall(call, () =>
    outsideCalls(async () => {
      await delay(1);
      return currentCall();
    }),
  );
  expect(seen).toBeUndefined();
});
