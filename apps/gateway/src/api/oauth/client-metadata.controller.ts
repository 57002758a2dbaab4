import { ServiceError } from '@hawser/contracts';
import { clientMetadataUrlOf } from '@hawser/contracts/vault';
import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../access/requires.js';
import { PublicUrl } from '../../http/public-url.js';
import { clientMetadata, ClientMetadata } from './client-metadata.js';

/** For authorization servers, which look up here who Hawser is. */
@ApiTags('OAuth')
@Controller(clientMetadataUrlOf('').slice(1))
export class ClientMetadataController {
  constructor(private readonly publicUrl: PublicUrl) {}

  @Get()
  @Public()
  @ApiOperation({
    summary: 'Who Hawser is, for authorization servers that take an address for a client_id',
    description: 'The document of draft-ietf-oauth-client-id-metadata-document.',
  })
  @ApiResponse({ status: 200, type: ClientMetadata, description: 'the document' })
  @ApiResponse({
    status: 404,
    description: 'Hawser is not reached over https, so its address is no client_id',
  })
  document(@Res({ passthrough: true }) reply: FastifyReply): ClientMetadata {
    const publicUrl = this.publicUrl.value;
    if (!publicUrl.startsWith('https://')) {
      throw new ServiceError(
        'not_found',
        `an address is a client_id only over https, and the gateway's is ${publicUrl}: set HAWSER_PUBLIC_URL`,
      );
    }
    reply.header('cache-control', 'public, max-age=3600');
    return clientMetadata(publicUrl);
  }
}
