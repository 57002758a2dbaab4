/** One of the system's processes did not do what it is there for; what it wrote says why. */
export class ProcessError extends Error {}
