import { Id, OneOf, Strings, Text } from './fields.js';
import { defineEvent, type EventContract } from './contract.js';

/** That a record was created, updated or deleted: enough to audit it and to look again, never its values. */
export class RecordChange {
  @Text({ example: 'workspace_server' }) entity!: string;
  @OneOf(['created', 'updated', 'deleted']) fact!: 'created' | 'updated' | 'deleted';
  @Id() id!: string;
  @Text({ nullable: true, description: 'what people call it' }) name!: string | null;
  @Strings({ description: 'fields that an update changed' }) fields!: string[];
}

/** Each service tells of its records by one such event; the audit log and the caches listen. */
export function defineChangeEvent(service: string): EventContract<RecordChange> {
  return defineEvent({ subject: `hawser.events.${service}.record.changed.v1`, data: RecordChange });
}
