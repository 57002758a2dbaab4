import { toolsNamed } from '../testing/scripted-server.js';
import { readToolList, UnusableList, type ToolPage } from './tool-list.js';

const pagesOf =
  (pages: Record<string, ToolPage>, asked: (string | undefined)[] = []) =>
  (cursor: string | undefined): Promise<ToolPage> => {
    asked.push(cursor);
    const page = pages[cursor ?? ''];
    return page === undefined ? Promise.reject(new Error('no such page')) : Promise.resolve(page);
  };

describe('the list of a server’s tools', () => {
  it('is that of all of its pages', async () => {
    const asked: (string | undefined)[] = [];
    const pages = {
      '': { tools: toolsNamed('a', 'b'), nextCursor: 'x' },
      x: { tools: [], nextCursor: 'y' },
      y: { tools: toolsNamed('c'), nextCursor: '' },
    };
    const { tools, ...rest } = await readToolList(pagesOf(pages, asked));
    expect(tools.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(rest).toEqual({ unusable: 0, more: false });
    expect(asked).toEqual([undefined, 'x', 'y']);
  });

  it('never ends when a page names an earlier one as the next', async () => {
    const pages = {
      '': { tools: [], nextCursor: 'x' },
      x: { tools: [], nextCursor: 'y' },
      y: { tools: [], nextCursor: 'x' },
    };
    await expect(readToolList(pagesOf(pages))).rejects.toBeInstanceOf(UnusableList);
  });

  it('ends at 5,000 tools, without asking for the next page', async () => {
    const names = Array.from({ length: 2_600 }, (_, index) => `t${index}`);
    const page = (nextCursor: string): ToolPage => ({ tools: toolsNamed(...names), nextCursor });
    const asked: (string | undefined)[] = [];
    const list = await readToolList(pagesOf({ '': page('x'), x: page('y'), y: page('z') }, asked));
    expect([list.tools.length, list.more, asked.length]).toEqual([5_000, true, 2]);
  });

  it('ends where an answer would no longer fit into a message', async () => {
    const tools = toolsNamed(...Array.from({ length: 400 }, (_, index) => `t${index}`)).map((tool) => ({
      ...tool,
      // Three bytes each in UTF-8.
      description: '\u20ac'.repeat(16_384),
    }));
    const list = await readToolList(pagesOf({ '': { tools } }));
    expect(list.more).toBe(true);
    expect(list.tools.length).toBe(Math.floor((4 * 1024 * 1024) / (16_384 * 3 + 120)));
  });

  it.each([
    ['null', null, 'has no name'],
    ['a list', [], 'has no name'],
    ['without a name', { inputSchema: { type: 'object' } }, 'has no name'],
    ['with a number for a name', { name: 1, inputSchema: { type: 'object' } }, 'has no name'],
    ['with a number for a description', { name: 'a', description: 1 }, 'has a description that is no text'],
    ['without a schema', { name: 'a' }, 'has no inputSchema of type "object"'],
    [
      'that takes a list',
      { name: 'a', inputSchema: { type: 'array' } },
      'has no inputSchema of type "object"',
    ],
  ])('is unusable where a tool is %s, and says which', async (_, tool, words) => {
    const reading = readToolList(pagesOf({ '': { tools: [...toolsNamed('a'), tool] } }));
    await expect(reading).rejects.toEqual(new UnusableList(`Tool 2 of a page ${words}.`));
  });

  it('fails as a page does', async () => {
    await expect(readToolList(pagesOf({ '': { tools: [], nextCursor: 'x' } }))).rejects.toThrow(
      'no such page',
    );
  });
});
