import { logPrefix } from './log-prefix.js';

describe('a line of a process', () => {
  it('follows its name, in a column as wide as the longest', () => {
    const prefixed = logPrefix(['gateway-1', 'hawser'], false);
    expect(prefixed('gateway-1', '{"level":"info"}')).toBe('gateway-1 | {"level":"info"}');
    expect(prefixed('hawser', 'Stopped.')).toBe('hawser    | Stopped.');
  });

  it('has the colour of its process on a terminal, and keeps its own text', () => {
    const prefixed = logPrefix(['a', 'b'], true);
    expect(prefixed('a', 'text')).toBe('\u001b[36ma |\u001b[39m text');
    expect(prefixed('b', 'text')).toBe('\u001b[32mb |\u001b[39m text');
    expect(prefixed('unknown', 'text')).toBe('unknown | text');
  });
});
