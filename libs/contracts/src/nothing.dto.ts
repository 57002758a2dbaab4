/** A request that says all it has to say by being made. */
export class Nothing {}
