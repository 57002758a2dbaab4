import { NatsBus, type NatsBusOptions } from '@hawser/messaging';
import { ConfigError } from './environment.js';

/**
 * The bus over NATS, waited for as long as the server cannot be reached.
 * @throws ConfigError the server that NATS_URL leads to refuses the credentials, or takes too small messages
 */
export async function connectToNats(options: NatsBusOptions): Promise<NatsBus> {
  try {
    return await NatsBus.connect(options);
  } catch (error) {
    const { message } = error as Error;
    throw new ConfigError(`NATS_URL leads to no server that can be used: ${message}`, { cause: error });
  }
}
