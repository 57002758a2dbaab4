import { errorCodes } from '@hawser/contracts';
import { callbackOutcomes, type CallbackOutcome, type CompletedOAuth } from '@hawser/contracts/vault';
import { wordsOf, wordsOfFailure } from './callback-words.js';

const completed = (outcome: CallbackOutcome, names: Partial<CompletedOAuth> = {}): CompletedOAuth => ({
  outcome,
  provider: null,
  credential: null,
  credential_id: null,
  return_to: null,
  ...names,
});
const sentence = /^[A-Z][^<>]+[.]$/;

describe('what the callback says', () => {
  it.each(callbackOutcomes)('is what happened and what to do, also when nobody is known: %s', (outcome) => {
    const { title, lines } = wordsOf(completed(outcome));
    expect(title).toMatch(/^[A-Z].*[a-z]$/);
    expect(lines).toEqual([expect.stringMatching(sentence), expect.stringMatching(sentence)]);
    expect(`${title} ${lines.join(' ')}`).not.toMatch(/null|undefined|_/);
  });

  it('is of another kind for what worked, what did not, and what the provider did not give', () => {
    const statuses = callbackOutcomes.map((outcome): [string, number] => [
      outcome,
      wordsOf(completed(outcome)).status,
    ]);
    expect(statuses.filter(([, status]) => status !== 400)).toEqual([
      ['connected', 200],
      ['exchange_failed', 502],
    ]);
  });

  it('names the provider and the credential that are ready', () => {
    const { title, lines } = wordsOf(completed('connected', { provider: 'GitHub', credential: 'gh-1' }));
    expect([title, lines[0]]).toEqual(['Connected to GitHub', 'gh-1 is ready to use.']);
  });

  it('asks to load the page again only where the sign-in can still be finished', () => {
    const again = errorCodes.filter((code) => /load this page again/i.test(wordsOfFailure(code).lines[1]));
    expect(again.sort()).toEqual(['secret_encryption_unavailable', 'service_busy', 'service_unavailable']);
    const { status, title } = wordsOfFailure('service_timeout');
    expect([status, title]).toEqual([504, 'Perhaps not connected']);
  });
});
