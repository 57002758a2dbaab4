import { createHash } from 'node:crypto';
import { callbackHeaders, callbackPage } from './callback-page.js';

const words = { status: 200, title: 'Connected to GitHub', lines: ['It is ready.', 'Close this.'] } as const;
const hostile = `"><script>alert('x')</script><img src=x onerror=alert(1)>&amp;`;
const elementsOf = (html: string): string[] =>
  [...html.matchAll(/<([a-z][a-z0-9]*)/g)].map(([, name]) => name as string);

describe('the page of the callback', () => {
  it('is a document in English with a title, a heading and what to do', () => {
    const html = callbackPage(words, 'req_1');
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).toContain('<title>Connected to GitHub · Hawser</title>');
    expect(html).toMatch(/<main [^>]*aria-labelledby="title">[^]*<h1 id="title">Connected to GitHub<\/h1>/);
    expect(html).toMatch(/<p>It is ready\.<\/p>\s*<p>Close this\.<\/p>/);
    expect(html).toContain('name="viewport"');
    expect(html).toContain('prefers-color-scheme: dark');
  });

  it('names the request only where something went wrong', () => {
    expect(callbackPage(words, 'req_1')).not.toContain('req_1');
    expect(callbackPage({ ...words, status: 400 }, 'req_1')).toContain('req_1');
  });

  it('shows names as text, whatever they hold', () => {
    const shown = callbackPage({ status: 400, title: hostile, lines: [hostile, hostile] }, hostile);
    expect(elementsOf(shown)).toEqual(elementsOf(callbackPage({ ...words, status: 400 }, 'req_1')));
    expect(shown.split('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;').length - 1).toBe(5);
    expect(shown).toContain('&amp;amp;');
  });

  it('has no script, and loads, sends and frames nothing', () => {
    const html = callbackPage(words, 'req_1');
    expect(html).not.toMatch(
      /<(script|link|img|iframe|form|base|object)\b|\s(style|on\w+|href|src)=|url\(|@import/,
    );
    const directives = String(callbackHeaders['content-security-policy']).split('; ');
    expect(directives).toEqual([
      "default-src 'none'",
      expect.stringMatching(/^style-src 'sha256-[A-Za-z0-9+/]{43}='$/),
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it('is allowed just the style that it has', () => {
    const styles = [...callbackPage(words, 'req_1').matchAll(/<style>([^]*?)<\/style>/g)].map(
      ([, style]) => style,
    );
    expect(styles).toHaveLength(1);
    const hash = createHash('sha256')
      .update(styles[0] as string)
      .digest('base64');
    expect(callbackHeaders['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
  });
});
