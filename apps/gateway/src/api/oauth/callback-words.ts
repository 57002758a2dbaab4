import type { ErrorCode } from '@hawser/contracts';
import type { CallbackOutcome, CompletedOAuth } from '@hawser/contracts/vault';
import { statusOf } from '../../problems/problem.js';

/** What a person is told, in plain text. Nothing of it comes from the query. */
export interface CallbackWords {
  status: number;
  title: string;
  /** What happened, then what to do. */
  lines: readonly [string, string];
}

const startAgain = 'Start again from where you began to connect.';
const nothingStored = 'Nothing was stored.';
const lookFirst =
  'Look at the credential in Hawser. If it is not active, start again from where you began to connect.';
const reloaded = `If you have only loaded this page again, all may be well. ${lookFirst}`;

type Wording = (provider: string, credential: string) => CallbackWords;

/** 502: the provider's fault. Otherwise it is what the browser brought that does not do. */
const refused = (title: string, ...lines: CallbackWords['lines']): CallbackWords => ({
  status: 400,
  title,
  lines,
});

const wordings: Record<CallbackOutcome, Wording> = {
  connected: (provider, credential) => ({
    status: 200,
    title: `Connected to ${provider}`,
    lines: [`${credential} is ready to use.`, 'You can close this window.'],
  }),
  declined: (provider) =>
    refused('Not connected', `Access was declined at ${provider}. ${nothingStored}`, startAgain),
  state_unknown: () =>
    refused(
      'This sign-in is not known',
      `It was not begun here, or its link is incomplete. ${nothingStored}`,
      startAgain,
    ),
  state_used: () => refused('This sign-in is over', 'Its link works once, and was used before.', reloaded),
  state_expired: (provider) =>
    refused(
      'This sign-in took too long',
      `More than ten minutes had passed when ${provider} answered. ${nothingStored}`,
      startAgain,
    ),
  state_elsewhere: () =>
    refused(
      'This sign-in ends elsewhere',
      `It was begun by a program that waits for the answer itself. ${nothingStored}`,
      'Go back to that program, and start again there.',
    ),
  code_missing: (provider) =>
    refused(
      'Not connected',
      `The answer of ${provider} has no code, or none that can be read. ${nothingStored}`,
      startAgain,
    ),
  issuer_mismatch: (provider) =>
    refused(
      'Not connected',
      `The answer did not come from ${provider}, where this sign-in was begun. ${nothingStored}`,
      'Be careful: somebody may be trying to mislead you. Start again only if you trust where the link came from.',
    ),
  provider_error: (provider) =>
    refused('Not connected', `Something went wrong at ${provider}. ${nothingStored}`, startAgain),
  exchange_failed: (provider) => ({
    status: 502,
    title: 'Not connected',
    lines: [
      `The sign-in at ${provider} worked, but no access was given for it. ${nothingStored}`,
      `${startAgain} If that does not help, check the client that is set for ${provider} in Hawser.`,
    ],
  }),
};

export function wordsOf({ outcome, provider, credential }: CompletedOAuth): CallbackWords {
  return wordings[outcome](provider ?? 'the provider', credential ?? 'The credential');
}

/** For when it is not known what became of the sign-in. */
export function wordsOfFailure(code: ErrorCode): CallbackWords {
  const status = statusOf[code];
  // As a rule nobody was there to use the state up.
  if (status === 503) {
    const lines = [
      'A part of Hawser that is needed for it is away.',
      'Load this page again in a moment.',
    ] as const;
    return { status, title: 'Not connected yet', lines };
  }
  const what = status === 504 ? 'It took too long to finish the sign-in.' : 'Something went wrong here.';
  return {
    status,
    title: 'Perhaps not connected',
    lines: [what, lookFirst],
  };
}
