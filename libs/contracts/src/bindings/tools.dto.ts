import { Flag, Id, Integer, NestedList, Patterned, Text, Timestamp } from '../fields.js';

const description = { optional: true, nullable: true, min: 0, max: 16_384 };

export class ToolState {
  @Id() id!: string;
  @Text() tool_name!: string;
  @Text({ nullable: true }) description!: string | null;
  @Flag() enabled!: boolean;
  @Timestamp({ nullable: true, description: 'when a refresh last saw the tool; null: never' })
  seen_at!: string | null;
  @Timestamp({
    nullable: true,
    description: 'when a refresh saw another description or schema than the one before; null: never',
  })
  changed_at!: string | null;
  @Timestamp() created_at!: string;
  @Timestamp() updated_at!: string;
}

export class PatchTool {
  @Flag({ optional: true, description: 'left out: unchanged' })
  enabled?: boolean;

  @Text(description)
  description?: string | null;
}

export class UpsertTool extends PatchTool {
  @Id() crew_id!: string;
  @Id() server_id!: string;
  @Text({ max: 128 }) tool_name!: string;
}

export class SeenTool {
  @Text({ max: 128 }) name!: string;
  @Text(description) description?: string | null;
  @Patterned(/^[0-9a-f]{64}$/, 'must be a SHA-256 in 64 hexadecimal digits', {
    optional: true,
    nullable: true,
    description: "of the tool's input and output schema, as the test of a server answers it",
  })
  schema_digest?: string | null;
}

export class RefreshTools {
  @NestedList(SeenTool, { max: 5000 })
  tools!: SeenTool[];
}

export class RefreshCrewTools extends RefreshTools {
  @Id() crew_id!: string;
  @Id() server_id!: string;
}

export class RefreshedTools {
  @Integer() created!: number;
  @Integer() updated!: number;
  @Integer({ description: 'entries in the request' }) total!: number;
}
