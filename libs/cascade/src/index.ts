export { explain, resolve } from './cascade.js';
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
