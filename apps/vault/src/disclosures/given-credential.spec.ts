import type { SealedCredential } from './asked-credential.repository.js';
import { isStale, summaryOf, whyNoValue } from './given-credential.js';

const now = new Date('2026-11-21T10:00:00.123Z');
const earlier = new Date(now.getTime() - 1);
const later = new Date(now.getTime() + 60_000);

const row = (fields: Partial<SealedCredential> = {}): SealedCredential => ({
  id: 'cred_1',
  name: 'github',
  type: 'bearer',
  status: 'active',
  status_reason: null,
  allowed_origins: null,
  expires_at: null,
  stale_at: null,
  refresh_at: null,
  retry_at: null,
  key_version: 1,
  sealed: Buffer.alloc(1),
  master_key_id: 'k1',
  wrapped_key: Buffer.alloc(1),
  ...fields,
});
/** One that has been stale for a moment and is still valid. */
const token = (fields: Partial<SealedCredential> = {}): SealedCredential =>
  row({ type: 'oauth2', expires_at: later, stale_at: earlier, refresh_at: earlier, ...fields });

describe('a credential', () => {
  it('is told without its value', () => {
    const origins = ['https://mcp.example.com'];
    expect(summaryOf(row({ allowed_origins: origins, expires_at: later }), now)).toEqual({
      id: 'cred_1',
      name: 'github',
      type: 'bearer',
      status: 'active',
      status_reason: null,
      allowed_origins: origins,
      expires_at: '2026-11-21T10:01:00.123Z',
    });
  });

  it('is given out while it is active, until its time has come', () => {
    expect(whyNoValue(row(), now)).toBeNull();
    expect(whyNoValue(row({ expires_at: later }), now)).toBeNull();
    expect(whyNoValue(row({ expires_at: now }), now)).toMatchObject({ status: 'expired', retryable: false });
  });

  it.each(['pending', 'expired', 'revoked', 'error'] as const)('is kept back when it is %s', (status) => {
    const standing = { status, status_reason: 'the provider said so' };
    expect(whyNoValue(token(standing), now)).toEqual({ ...standing, retryable: false });
    expect(whyNoValue(row({ ...standing, sealed: null }), now)).toEqual({ ...standing, retryable: false });
  });

  it('has nothing to give out without a value', () => {
    expect(whyNoValue(row({ sealed: null }), now)).toMatchObject({ status: 'error', retryable: false });
  });
});

describe('an access token', () => {
  it('is stale from its time on, and given out all the same while it is valid', () => {
    expect(isStale(token(), now)).toBe(true);
    expect(isStale(token({ stale_at: now }), now)).toBe(true);
    expect(isStale(token({ stale_at: later }), now)).toBe(false);
    expect(isStale(token({ stale_at: null }), now)).toBe(false);
    expect(whyNoValue(token(), now)).toBeNull();
  });

  it('is not renewed for an answer once its grant is dead', () => {
    expect(isStale(token({ status: 'expired' }), now)).toBe(false);
  });

  it('whose provider refuses to renew it may be had later, as long as that is tried', () => {
    const refused = token({ status: 'error', status_reason: 'the client is not known' });
    expect(whyNoValue({ ...refused, retry_at: later }, now)).toEqual({
      status: 'error',
      status_reason: 'the client is not known',
      retryable: true,
    });
    expect(whyNoValue(refused, now)).toMatchObject({ retryable: false });
  });

  it('that is past its end may be had later, if there is something to renew it with', () => {
    const ended = token({ expires_at: now });
    // As active as its row: there is nothing that a person could mend.
    expect(whyNoValue(ended, now)).toEqual({ status: 'active', status_reason: null, retryable: true });
    expect(whyNoValue({ ...ended, refresh_at: null }, now)).toMatchObject({
      status: 'expired',
      retryable: false,
    });
    expect(summaryOf(ended, now).status).toBe('active');
  });
});
