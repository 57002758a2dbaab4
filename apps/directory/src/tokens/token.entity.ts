import type { Role } from '@hawser/contracts';
import type { TokenKind, TokenMode, TokenScope } from '@hawser/contracts/directory';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Of the secret only its SHA-256 in hex is kept, and its beginning, to know it by. */
@Entity('tokens')
export class TokenEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') name!: string;
  @Column('text') kind!: TokenKind;
  @Column('text') mode!: TokenMode;
  @Column('text') hash!: string;
  @Column('text') prefix!: string;
  /** Of a service only. */
  @Column('text', { nullable: true }) role!: Role | null;
  @Column('text', { nullable: true }) user_id!: string | null;
  @Column('text', { nullable: true }) agent_id!: string | null;
  /** Null: all. */
  @Column('text', { array: true, nullable: true }) scopes!: TokenScope[] | null;
  @Column('timestamptz', { nullable: true }) expires_at!: Date | null;
  @Column('timestamptz', { nullable: true }) last_used_at!: Date | null;
  @Column('timestamptz') created_at!: Date;
}
