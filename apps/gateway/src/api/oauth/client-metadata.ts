import { callbackUrlOf, clientMetadataUrlOf } from '@hawser/contracts/vault';
import { ApiProperty } from '@nestjs/swagger';

/** What an authorization server may know of Hawser, which has no secret there. */
export class ClientMetadata {
  @ApiProperty({ description: 'the address of this document' }) client_id!: string;
  @ApiProperty({ example: 'Hawser' }) client_name!: string;
  @ApiProperty() client_uri!: string;
  @ApiProperty({ type: [String] }) redirect_uris!: string[];
  @ApiProperty({ type: [String] }) grant_types!: string[];
  @ApiProperty({ type: [String] }) response_types!: string[];
  @ApiProperty({ example: 'none' }) token_endpoint_auth_method!: string;
}

/** The document for the gateway at `publicUrl`. */
export function clientMetadata(publicUrl: string): ClientMetadata {
  return {
    client_id: clientMetadataUrlOf(publicUrl),
    client_name: 'Hawser',
    client_uri: publicUrl,
    redirect_uris: [callbackUrlOf(publicUrl)],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
}
