import { withoutSecrets } from './without-secrets.js';

describe('what a server told, without secrets', () => {
  it('repeats none of them, in no text and in no name of a field, however deep', () => {
    const told = {
      message: 'you sent s3cret-1 and s3cret-1',
      server_info: { 's3cret-1': ['also s3cret-2', 7, null, true] },
    };
    expect(withoutSecrets(told, ['s3cret-1', 's3cret-2'])).toEqual({
      message: 'you sent [REDACTED] and [REDACTED]',
      server_info: { '[REDACTED]': ['also [REDACTED]', 7, null, true] },
    });
  });

  it('strikes the longer one first, so that no part of it is left', () => {
    expect(withoutSecrets('abcdef', ['abcd', 'abcdef'])).toBe('[REDACTED]');
  });

  it('leaves words alone that happen to be as short as a careless secret', () => {
    expect(withoutSecrets('an api', ['api', 'a'])).toBe('an api');
  });

  it('is the very same when there are none', () => {
    const told = { message: 'fine' };
    expect(withoutSecrets(told, [])).toBe(told);
  });
});
