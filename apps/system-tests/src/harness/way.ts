/** How the system under test runs: in one process, or each service in processes of its own. */
export type Way = 'standalone' | 'distributed';

declare global {
  /** Set for each Jest project, see jest.config.js. */
  var hawserWay: Way;
}

export const way: Way = globalThis.hawserWay;
