import { Id, NestedList, Strings, Text, Timestamp } from '../fields.js';
import { PageQuery } from '../page.js';

export class AuditQuery extends PageQuery {
  @Text({ optional: true, max: 200, description: "a token's or a user's id" }) actor?: string;
  @Text({ optional: true, max: 200, example: 'workspace_server.created' }) action?: string;
  @Timestamp({ optional: true, description: 'from this time on' }) since?: string;
  @Timestamp({ optional: true, description: 'before this time' }) until?: string;
}

export class AuditEntry {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Timestamp() at!: string;
  @Text({ example: 'user' }) actor_kind!: string;
  @Text({ max: 200, description: "the token's id, or oidc: and the user's" }) actor_id!: string;
  @Id({ nullable: true }) actor_user_id!: string | null;
  @Text({ example: 'workspace_server.created' }) action!: string;
  @Id({ description: 'the record that the action was on' }) target_id!: string;
  @Text({ nullable: true }) target_name!: string | null;
  @Strings({ description: 'fields that an update changed' }) fields!: string[];
  @Text() request_id!: string;
}

export class AuditPage {
  @NestedList(AuditEntry) entries!: AuditEntry[];
  @Text({ nullable: true }) next_cursor!: string | null;
}
