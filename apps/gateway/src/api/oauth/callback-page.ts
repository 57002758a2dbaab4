import { createHash } from 'node:crypto';
import type { CallbackWords } from './callback-words.js';

const style = `
:root {
  color-scheme: light dark;
  --back: #f3f5f8; --card: #fff; --line: #dde3ea; --text: #16202c; --quiet: #57657a; --good: #12774a; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0e141b; --card: #18212b; --line: #2a3643; --text: #e8edf3; --quiet: #9caabb; --good: #57cf95; --bad: #ff9a90;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  display: grid; place-items: center; min-height: 100vh; min-height: 100dvh; padding: 1.5rem;
  background: var(--back); color: var(--text); font: 1rem/1.55 system-ui, sans-serif;
}
main {
  width: 100%; max-width: 27rem; padding: 2.25rem 2rem; border: 1px solid var(--line); border-radius: .9rem;
  background: var(--card); text-align: center; overflow-wrap: anywhere;
}
svg {
  width: 3rem; height: 3rem; margin-bottom: 1rem;
  fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round;
}
.good svg { color: var(--good); }
.bad svg { color: var(--bad); }
h1 { margin-bottom: .6rem; font-size: 1.35rem; line-height: 1.3; text-wrap: balance; }
p + p { margin-top: .6rem; color: var(--quiet); }
small { display: block; margin-top: 1.6rem; color: var(--quiet); }
`;

const tick = '<path d="m7.5 12.4 3 3 6-6.4"/>';
const exclamation = '<path d="M12 7.2v6"/><path d="M12 16.6v.1"/>';

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** For whatever the callback answers: its address holds a code and a state. */
export const callbackHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': policy.join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** A small HTML page without a script; `requestId` is there to be told to somebody who can look into the logs. */
export function callbackPage({ status, title, lines }: CallbackWords, requestId: string): string {
  const isGood = status === 200;
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n');
  const request = isGood ? '' : `\n<small>Request ${escapeHtml(requestId)}</small>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · Hawser</title>
<style>${style}</style>
</head>
<body>
<main class="${isGood ? 'good' : 'bad'}" aria-labelledby="title">
<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/>${isGood ? tick : exclamation}</svg>
<h1 id="title">${escapeHtml(title)}</h1>
${paragraphs}${request}
</main>
</body>
</html>
`;
}
