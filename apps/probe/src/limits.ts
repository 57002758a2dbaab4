/** One errand to a server that somebody named: from the moment it has a slot to its answer, all calls together. */
export const probeWithinMs = 10_000;
/** Kept of the caller's own time, for leaving politely and for the answer's way back. */
export const returnMs = 1_500;
/** A session is ended within this time, or left for the server to forget. */
export const goodbyeMs = 1_000;
/** Where to sign in is good to know, but not worth waiting longer for. */
export const hintWithinMs = 3_000;
/** Over all answers of an errand, as they are after decompression. */
export const maxBytes = 4 * 1024 * 1024;
/** In a row, for one request. */
export const maxRedirects = 3;
/** A server can make a client talk without end: by pages, by reconnecting, by asking it things itself. */
export const maxRequests = 1_000;
/** Of an errand; the stream, a question and its answer to a ping make three. Each holds a socket. */
export const maxRequestsAtOnce = 16;
/** That a server may send: an answer to each of our requests, and some of its own, which nobody asked for. */
export const maxMessages = 2_000;
/**
 * Until hands are shaken, and for a batch of messages. The MCP client notes all that is wrong with a message, at some
 * 10 microseconds and 3 kB of memory for as little as two bytes: in 4 MiB that would stop the process for 15 s.
 */
export const maxUncheckedBytes = 256 * 1024;
/** Of one metadata document, for the same reason; real ones have less than 10 kB. */
export const maxDocumentBytes = 64 * 1024;

/** Errands at once in one process: each may hold a socket and `maxBytes` for all of its time. */
export const maxErrands = 256;
export const maxWaitingErrands = 512;
/** Who has waited this long for a slot is better told so: the caller's own deadline must still cover the errand. */
export const maxWaitMs = 4_000;

/** What a list of tools may come to: as many as a refresh takes, and half of what a message can carry. */
export const maxTools = 5_000;
export const maxToolsBytes = 4 * 1024 * 1024;
export const maxToolNameLength = 128;
export const maxDescriptionLength = 16_384;
export const maxMessageLength = 4_096;
/** Of a URL that a server names: as long as the endpoints that people may write. */
export const maxUrlLength = 2_048;
/** Of what a server says about itself, for each thing that it says. */
export const maxSelfPortraitBytes = 32 * 1024;

/** How every server sees us. The version is that of this package. */
export const identity = { name: 'hawser', version: '0.1.0' } as const;
export const userAgent = `${identity.name}/${identity.version}`;
