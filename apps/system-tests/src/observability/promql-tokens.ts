const token = new RegExp(
  [
    /"(?:[^"\\]|\\.)*"/, // a string
    /\[(?:\d+[smhd]|\$__rate_interval|\$__range)\]/, // a range, or Grafana's choice of one
    /\d+[smhd]/, // a duration
    /\d*\.?\d+(?:e[+-]?\d+)?/,
    /[a-zA-Z_:][\w:]*/,
    /=~|!~|==|!=|>=|<=|[-+*/%^=<>(){},]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'y',
);

/** @throws Error something is none */
export function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < expression.length;) {
    const blank = /^\s+/.exec(expression.slice(at))?.[0].length ?? 0;
    at += blank;
    if (at === expression.length) break;
    token.lastIndex = at;
    const [text] = token.exec(expression) ?? [];
    if (text === undefined) throw new Error(`cannot read "${expression.slice(at, at + 20)}"`);
    tokens.push(text);
    at += text.length;
  }
  return tokens;
}
