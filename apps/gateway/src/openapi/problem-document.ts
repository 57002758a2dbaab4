import { errorCodes, type ErrorCode } from '@hawser/contracts';
import { ApiProperty, getSchemaPath } from '@nestjs/swagger';

class FieldProblem {
  @ApiProperty({ example: 'name' }) field!: string;
  @ApiProperty({ example: 'must be 1 to 64 characters' }) message!: string;
  @ApiProperty({
    required: false,
    nullable: true,
    description: 'as it was sent; left out where it may be a secret, as that of every unknown field',
    oneOf: ['string', 'number', 'boolean', 'object'].map((type) => ({ type })),
  })
  value?: unknown;
}

/** The schema of `application/problem+json` answers (RFC 9457). */
export class ProblemDocument {
  @ApiProperty({ example: 'about:blank' }) type!: string;
  @ApiProperty({ example: 'Bad Request' }) title!: string;
  @ApiProperty({ example: 400 }) status!: number;
  @ApiProperty({ enum: errorCodes }) code!: ErrorCode;
  @ApiProperty({ description: 'what was wrong, with which value, and what to do' }) detail!: string;
  @ApiProperty({ description: 'finds the request in the logs' }) request_id!: string;
  @ApiProperty({ type: [FieldProblem], required: false }) errors?: FieldProblem[];
}

/** How the document shows a failure by any of these codes. */
export function problemResponse(codes: readonly ErrorCode[]): ProblemResponse {
  const schema = { $ref: getSchemaPath(ProblemDocument) };
  return { description: codes.join(', '), content: { 'application/problem+json': { schema } } };
}

interface ProblemResponse {
  description: string;
  content: Record<'application/problem+json', { schema: { $ref: string } }>;
}
