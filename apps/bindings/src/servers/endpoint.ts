import { ServiceError } from '@hawser/contracts';
import { checkUrl, EgressError, type EgressPolicy } from '@hawser/egress';

/**
 * Tells whoever writes an address what would be refused when it is used. No name is looked up here: where it leads may
 * change, and is checked at each connection.
 * @throws ServiceError validation_failed
 */
export function requireAllowed(endpoint: string | null, policy: EgressPolicy): void {
  if (endpoint === null) return;
  try {
    checkUrl(endpoint, policy);
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    throw ServiceError.invalid('endpoint', `cannot be used, because ${error.message}`, endpoint);
  }
}
