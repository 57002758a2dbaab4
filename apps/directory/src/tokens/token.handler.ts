import type { CallContext, Deleted, PageQuery } from '@hawser/contracts';
import {
  createToken,
  deleteToken,
  getToken,
  listTokens,
  type CreatedToken,
  type CreateToken,
  type Token,
  type TokenPage,
  type TokenRef,
} from '@hawser/contracts/directory';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { TokenService } from './token.service.js';

@Controller()
export class TokenHandler {
  constructor(private readonly tokens: TokenService) {}

  @Handles(listTokens)
  list(page: PageQuery, context: CallContext): Promise<TokenPage> {
    return this.tokens.list(context, page);
  }

  @Handles(getToken)
  get({ token_id }: TokenRef, context: CallContext): Promise<Token> {
    return this.tokens.get(context, token_id);
  }

  @Handles(createToken)
  create(input: CreateToken, context: CallContext): Promise<CreatedToken> {
    return this.tokens.create(context, input);
  }

  @Handles(deleteToken)
  delete({ token_id }: TokenRef, context: CallContext): Promise<Deleted> {
    return this.tokens.delete(context, token_id);
  }
}
