import { randomUUID } from 'node:crypto';
import { defineEvent, defineRpc, Text } from '@hawser/contracts';
import { Type } from 'class-transformer';
import { IsInt, IsObject, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';

// A NATS server may be shared by test runs.
const service = `probe-${randomUUID().slice(0, 8)}`;

export class Part {
  @IsString() name!: string;
  @IsOptional() @IsInt() count?: number;
}

export class Order {
  @IsString() @MaxLength(4_000_000) text!: string;
  @IsOptional() @IsObject() free?: Record<string, unknown>;
  @IsOptional() @ValidateNested({ each: true }) @Type(() => Part) parts?: Part[];
  @IsOptional() @ValidateNested() @Type(() => Part) part?: Part;
  @Text({ optional: true, secret: true }) secret?: string;
}

export class Nothing {}

export class Report {
  @IsString() text!: string;
}

export class Count {
  @IsInt() count!: number;
}

export class Hold {
  @IsString() name!: string;
  @IsOptional() @IsInt() forMs?: number;
}

export const echo = defineRpc({
  subject: `hawser.${service}.probe.echo.v1`,
  request: Order,
  response: Report,
});
export const inspect = defineRpc({
  subject: `hawser.${service}.probe.inspect.v1`,
  request: Nothing,
  response: Report,
});
export const list = defineRpc({
  subject: `hawser.${service}.probe.list.v1`,
  request: Nothing,
  response: [Count],
});
export const tell = defineRpc({ subject: `hawser.${service}.probe.tell.v1`, request: Order, response: null });
export const fail = defineRpc({
  subject: `hawser.${service}.probe.fail.v1`,
  request: Order,
  response: Report,
  errors: ['not_found'],
});
export const grow = defineRpc({
  subject: `hawser.${service}.probe.grow.v1`,
  request: Count,
  response: Report,
});
export const twist = defineRpc({
  subject: `hawser.${service}.probe.twist.v1`,
  request: Order,
  response: Report,
});
export const wait = defineRpc({
  subject: `hawser.${service}.probe.wait.v1`,
  request: Nothing,
  response: Report,
  // Enough to begin in, where the machine stands still meanwhile.
  deadlineMs: 2_000,
});
export const hold = defineRpc({
  subject: `hawser.${service}.probe.hold.v1`,
  request: Hold,
  response: Report,
  deadlineMs: 20_000,
  cancellable: true,
});
export const relay = defineRpc({
  subject: `hawser.${service}-front.probe.relay.v1`,
  request: Hold,
  response: Report,
  deadlineMs: 20_000,
  cancellable: true,
});
/** Takes as long as `hold`, but nobody can stop it. */
export const insist = defineRpc({
  subject: `hawser.${service}.probe.insist.v1`,
  request: Hold,
  response: Report,
});
export const guarded = defineRpc({
  subject: `hawser.${service}.probe.guarded.v1`,
  request: Nothing,
  response: Report,
});
export const wrapped = defineRpc({
  subject: `hawser.${service}.probe.wrapped.v1`,
  request: Order,
  response: Report,
  errors: ['name_taken'],
});
export const absent = defineRpc({
  subject: `hawser.${service}.nobody.here.v1`,
  request: Nothing,
  response: null,
});

export const happened = defineEvent({ subject: `hawser.events.${service}.probe.happened.v1`, data: Order });
