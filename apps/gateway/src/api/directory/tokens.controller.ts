import { Deleted, PageQuery, type CallContext } from '@hawser/contracts';
import {
  CreatedToken,
  createToken,
  CreateToken,
  deleteToken,
  getToken,
  listTokens,
  Token,
  TokenPage,
} from '@hawser/contracts/directory';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Tokens')
@Controller('api/v1/tokens')
export class TokensController {
  constructor(private readonly bus: BusClient) {}

  @Post()
  @Requires('tokens.manage')
  @Operation('Make a token; it is shown this once', createToken, { status: 201 })
  create(@Body() body: CreateToken, @Caller() caller: CallContext): Promise<CreatedToken> {
    return this.bus.call(createToken, body, caller);
  }

  @Get()
  @Requires('tokens.manage')
  @Operation('List the tokens of a workspace', listTokens)
  list(@Query() page: PageQuery, @Caller() caller: CallContext): Promise<TokenPage> {
    return this.bus.call(listTokens, page, caller);
  }

  @Get(':tokenId')
  @Requires('tokens.manage')
  @Operation("Get a token's description", getToken)
  get(@Param('tokenId') token_id: string, @Caller() caller: CallContext): Promise<Token> {
    return this.bus.call(getToken, { token_id }, caller);
  }

  @Delete(':tokenId')
  @Requires('tokens.manage')
  @Operation('Revoke a token, from the next request on', deleteToken)
  delete(@Param('tokenId') token_id: string, @Caller() caller: CallContext): Promise<Deleted> {
    return this.bus.call(deleteToken, { token_id }, caller);
  }
}
