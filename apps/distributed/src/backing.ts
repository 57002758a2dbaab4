/** A server that the system stands on. */
export interface Backing {
  url: string;
  /** Null for one that was given, or while it is being started again. */
  pid: () => number | null;
}

export const given = (url: string): Backing => ({ url, pid: () => null });
