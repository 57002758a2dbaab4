import type { CredentialType, ServerTier, Transport } from './rows.js';

/** The row that a value came from. */
export interface Origin {
  readonly tier: ServerTier | 'agent';
  readonly id: string;
}

/**
 * `credential_missing`: there is none, or nothing in it yet; `credential_expired`: it is dead until somebody renews it;
 * `credential_unavailable`: it could not be renewed just now; `credential_withheld`: it may not go there;
 * `credential_invalid`: its value cannot be sent that way.
 */
export type ProblemCode =
  | 'credential_missing'
  | 'credential_expired'
  | 'credential_unavailable'
  | 'credential_withheld'
  | 'credential_invalid'
  | 'config_incomplete';

/** Why a server in the answer will not work as its rows might suggest. */
export interface Problem {
  readonly code: ProblemCode;
  /** For a person: what is wrong, with which value, and what to do. */
  readonly message: string;
  /** The field of the server that the problem is about. */
  readonly field?: string;
}

/**
 * A server that the agent may use. Fields that do not belong to its transport are null: `endpoint` and
 * `headers` on stdio; `command`, `args_json` and `env_json` on streamable-http.
 */
export interface EffectiveServer {
  readonly server_id: string;
  readonly crew_server_id: string | null;
  readonly scope: ServerTier;
  readonly name: string;
  /** The server's name if no row says another. */
  readonly display_name: string;
  readonly transport: Transport;
  readonly endpoint: string | null;
  readonly command: string | null;
  /** Compact JSON text, as are the two fields below; null if no row says anything, `{}` if nothing is left. */
  readonly args_json: string | null;
  readonly env_json: string | null;
  readonly config_json: string | null;
  readonly icon: string | null;
  readonly enabled: true;
  readonly binding_id: string | null;
  readonly credential_id: string | null;
  /** As the vault says; null also if the vault has no such credential. */
  readonly credential_name: string | null;
  readonly cred_type: CredentialType | null;
  readonly headers: Record<string, string> | null;
  /** Names in code-unit order. */
  readonly tools: { readonly disabled: string[] };
  readonly problems: Problem[];
}

type OriginByKey = Readonly<Record<string, Origin>>;

/**
 * Where each field of a server came from: null if the field is null or a default, which no row says. A type and
 * not an interface, so that it passes for a record.
 */
export type Origins = {
  readonly server_id: Origin;
  readonly crew_server_id: Origin | null;
  readonly scope: Origin;
  readonly name: Origin;
  readonly display_name: Origin | null;
  readonly transport: Origin | null;
  readonly endpoint: Origin | null;
  readonly command: Origin | null;
  readonly args_json: Origin | null;
  /** By variable name. */
  readonly env_json: OriginByKey | null;
  /** By JSON Pointer (RFC 6901) of each leaf: a value that is not an object, or an empty object. */
  readonly config_json: OriginByKey | null;
  readonly icon: Origin | null;
  readonly enabled: Origin;
  readonly binding_id: Origin | null;
  readonly credential_id: Origin | null;
  readonly credential_name: Origin | null;
  readonly cred_type: Origin | null;
  /** By header name, spelled as in the answer. */
  readonly headers: OriginByKey | null;
  /** The crew row whose tools were switched; null without one. */
  readonly tools: { readonly disabled: Origin | null };
  /** Problems are the cascade's own word. */
  readonly problems: null;
};

export type ExplainedServer = EffectiveServer & { readonly origins: Origins };

export type LeftOutReason =
  | 'shadowed'
  | 'outranked'
  | 'disabled_by_workspace'
  | 'disabled_by_crew'
  | 'disabled'
  | 'opted_out'
  | 'not_bound';

/** A server that the agent may not use, with the first reason found, in the order of `LeftOutReason`. */
export interface LeftOut {
  readonly server_id: string;
  readonly crew_server_id: string | null;
  readonly scope: ServerTier;
  readonly name: string;
  readonly reason: LeftOutReason;
  /** The row that decided. */
  readonly by: Origin;
  /** For a person: what decided, and what to do. */
  readonly message: string;
}

/** Every candidate once: in `servers` or in `left_out`. */
export interface Explanation {
  readonly servers: ExplainedServer[];
  readonly left_out: LeftOut[];
}
