/**
 * Lints sources that exist nowhere, by the workspace's own rules: JSON `[{ path, text }]` in, JSON `[[rule, …], …]` out.
 * A process of its own, because ESLint loads its configuration in ways that Jest's module loader does not follow.
 */
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

// Rules that ask the type checker need files that are in the project.
const withoutTypes = {
  files: ['**/*.ts'],
  ...tseslint.configs.disableTypeChecked,
  languageOptions: { parserOptions: { project: null, projectService: false } },
};
const eslint = new ESLint({ overrideConfig: [withoutTypes] });

const snippets = JSON.parse(await text(process.stdin));
const found = [];
for (const snippet of snippets) {
  const [result] = await eslint.lintText(snippet.text, { filePath: snippet.path });
  found.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
process.stdout.write(JSON.stringify(found));
