import type { CompletedOAuth } from '@hawser/contracts/vault';
import { returnAddress } from './return-address.js';

const connected: CompletedOAuth = {
  outcome: 'connected',
  provider: 'GitHub',
  credential: 'github',
  credential_id: 'cred_1',
  return_to: null,
};
const declined: CompletedOAuth = { ...connected, outcome: 'declined' };

describe('where the callback sends the browser', () => {
  it.each<[string, CompletedOAuth, string]>([
    [
      'https://app.example.com/done',
      connected,
      'https://app.example.com/done?status=connected&credential_id=cred_1',
    ],
    ['https://app.example.com', connected, 'https://app.example.com/?status=connected&credential_id=cred_1'],
    [
      'https://app.example.com/done?tab=2&q=a%26b#top',
      connected,
      'https://app.example.com/done?tab=2&q=a%26b&status=connected&credential_id=cred_1#top',
    ],
    [
      'https://app.example.com/?tab=2',
      declined,
      'https://app.example.com/?tab=2&status=failed&credential_id=cred_1&error=declined',
    ],
    [
      'https://app.example.com/',
      { ...declined, credential_id: null },
      'https://app.example.com/?status=failed&error=declined',
    ],
    [
      'https://app.example.com/',
      { ...connected, credential_id: 'a&b#' },
      'https://app.example.com/?status=connected&credential_id=a%26b%23',
    ],
  ])('is %s with what became of it', (returnTo, completed, address) => {
    expect(returnAddress(returnTo, completed)).toBe(address);
  });

  it('says only once what became of it, whatever stood there before', () => {
    const lying =
      'https://app.example.com/?status=connected&status=connected&error=none&credential_id=cred_2';
    expect(returnAddress(lying, declined)).toBe(
      'https://app.example.com/?status=failed&error=declined&credential_id=cred_1',
    );
    expect(returnAddress(lying, connected)).toBe(
      'https://app.example.com/?status=connected&credential_id=cred_1',
    );
  });

  it('is nowhere for what is no address', () => {
    expect(returnAddress('/done', connected)).toBeNull();
  });
});
