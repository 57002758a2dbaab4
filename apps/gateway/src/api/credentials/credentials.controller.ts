import { PageQuery, type CallContext } from '@hawser/contracts';
import {
  createCredential,
  CreateCredential,
  Credential,
  CredentialPage,
  deleteCredential,
  DeleteCredentialQuery,
  DeletedCredential,
  getCredential,
  KeyRotation,
  listCredentials,
  PatchCredential,
  rotateKeys,
  updateCredential,
} from '@hawser/contracts/vault';
import { BusClient } from '@hawser/messaging';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/requires.js';
import { Caller } from '../../http/caller.js';
import { NoFields, OptionalBody } from '../../http/optional-body.js';
import { Operation } from '../../openapi/operation.js';

@ApiTags('Credentials')
@Controller('api/v1/credentials')
export class CredentialsController {
  constructor(private readonly bus: BusClient) {}

  @Post()
  @Requires('credentials.write')
  @Operation('Store a credential', createCredential, {
    status: 201,
    description:
      'The value is encrypted, and shown by no route but `resolved`. Templates use it by its name, ' +
      '`{{credential:NAME}}`, and bindings by its id. One of type oauth2 has no value to send: it is `pending` until ' +
      'somebody has signed in for it (`oauth/initiate`).',
  })
  create(@Body() body: CreateCredential, @Caller() caller: CallContext): Promise<Credential> {
    return this.bus.call(createCredential, body, caller);
  }

  @Get()
  @Requires('credentials.read')
  @Operation('List the credentials of a workspace, without their values', listCredentials)
  list(@Query() page: PageQuery, @Caller() caller: CallContext): Promise<CredentialPage> {
    return this.bus.call(listCredentials, page, caller);
  }

  @Post('rotate-keys')
  @Requires('keys.rotate')
  @OptionalBody(NoFields)
  @Operation("Encrypt the workspace's data keys anew, with the active master key", rotateKeys, {
    description:
      'For after a new master key was put first in HAWSER_MASTER_KEYS. The credentials themselves are not touched and ' +
      'stay in use meanwhile. Once `remaining` is 0 in every workspace the old master key can go. No body is needed.',
  })
  rotate(@Body() _: NoFields, @Caller() caller: CallContext): Promise<KeyRotation> {
    return this.bus.call(rotateKeys, {}, caller);
  }

  @Get(':credentialId')
  @Requires('credentials.read')
  @Operation('Get what is known of a credential, without its value', getCredential)
  get(@Param('credentialId') credential_id: string, @Caller() caller: CallContext): Promise<Credential> {
    return this.bus.call(getCredential, { credential_id }, caller);
  }

  @Patch(':credentialId')
  @Requires('credentials.write')
  @Operation('Change a credential, or give it a new value', updateCredential)
  update(
    @Param('credentialId') credential_id: string,
    @Body() body: PatchCredential,
    @Caller() caller: CallContext,
  ): Promise<Credential> {
    return this.bus.call(updateCredential, { ...body, credential_id }, caller);
  }

  @Delete(':credentialId')
  @Requires('credentials.write')
  @Operation(
    'Delete a credential, and take its grant back where the provider offers that',
    deleteCredential,
    {
      description:
        'One that something uses is kept: 409 credential_in_use, with the users in `used_by`, unless `force=true`.',
    },
  )
  delete(
    @Param('credentialId') credential_id: string,
    @Query() query: DeleteCredentialQuery,
    @Caller() caller: CallContext,
  ): Promise<DeletedCredential> {
    return this.bus.call(deleteCredential, { ...query, credential_id }, caller);
  }
}
