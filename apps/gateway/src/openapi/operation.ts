import { universalErrors, type ErrorCode, type RpcContract, type Shape } from '@hawser/contracts';
import { applyDecorators, HttpCode } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  type ApiResponseOptions,
  type ApiResponseSchemaHost,
} from '@nestjs/swagger';
import { idempotencyKeyForm } from '../http/idempotency-key.js';
import { statusOf } from '../problems/problem.js';
import { ProblemDocument, problemResponse } from './problem-document.js';

interface OperationOptions {
  status?: 200 | 201;
  /** What the summary leaves open, for somebody who meets the route for the first time. */
  description?: string;
  /** What is answered, where that is not just the contract's response. */
  answer?: Shape;
  /** How the answer is documented, where no class can say it. */
  answerSchema?: ApiResponseSchemaHost['schema'];
  /** Codes that it can fail with besides the contract's, where it may call another one. */
  errors?: readonly ErrorCode[];
}

// Of the access rules, which every route has.
const accessErrors: ErrorCode[] = ['unauthenticated', 'forbidden', 'tenant_missing', 'not_found'];
// Only ever told to a caller who has left.
const unheard: ErrorCode[] = ['cancelled'];

const idempotencyKey = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description:
    'Whoever sends the same request again by the same key within 24 hours makes nothing a second time, and is ' +
    'answered as the first time, less what is shown only once; a sign-in has a state of its own each time.',
  schema: { type: 'string', pattern: idempotencyKeyForm.source },
});

/** Documents a route from the contract that it calls: its answer, and every status it can fail with. */
export function Operation(
  summary: string,
  contract: RpcContract<object, Shape>,
  options: OperationOptions = {},
): MethodDecorator {
  const { status = 200, answer = contract.response, answerSchema, description, errors = [] } = options;
  const { unavailable } = contract;
  const all = new Set([...accessErrors, ...universalErrors, unavailable, ...contract.errors, ...errors]);
  const codes = [...all].filter((code) => !unheard.includes(code));
  const byStatus = Map.groupBy(codes, (code) => statusOf[code]);
  const failures = [...byStatus].map(([failure, reasons]) =>
    ApiResponse({ status: failure, ...problemResponse(reasons) }),
  );
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary, ...(description === undefined ? {} : { description }) }),
    ApiResponse({
      status,
      ...(answerSchema ? { description: 'done', schema: answerSchema } : shown(answer)),
    }),
    ApiExtraModels(ProblemDocument),
    ...(contract.errors.includes('idempotency_key_reused') ? [idempotencyKey] : []),
    ...failures,
  );
}

function shown(answer: Shape): ApiResponseOptions {
  if (answer === null) return { description: 'done' };
  return Array.isArray(answer)
    ? { description: 'done', type: answer[0] as never, isArray: true }
    : { description: 'done', type: answer as never };
}
