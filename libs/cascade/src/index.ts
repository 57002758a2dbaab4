export { cascade, explain, needsOf, resolve, secretsIn } from './cascade.js';
export type { EffectiveSet } from './cascade.js';
export type {
  EffectiveServer,
  ExplainedServer,
  Explanation,
  LeftOut,
  LeftOutReason,
  Origin,
  Origins,
  Problem,
  ProblemCode,
} from './answer.js';
export type {
  CredentialNeeds,
  DescribedCredential,
  DisclosedCredential,
  GivenCredentials,
} from './credentials.js';
export type {
  BindingRow,
  CredentialType,
  CrewServerRow,
  Exposure,
  ServerRow,
  ServerTier,
  TierRows,
  ToolRow,
  Transport,
  WorkspaceServerRow,
} from './rows.js';
export { credentialNamesIn } from './templates.js';
