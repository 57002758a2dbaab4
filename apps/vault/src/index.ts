export { VaultModule } from './app.module.js';
export type { VaultParts } from './app.module.js';
export { vaultVariables } from './config.js';
export { vaultDatabase } from './database/database.js';
export { CredentialReader } from './disclosures/credential-reader.js';
export { KeyRing } from './keys/key-ring.js';
export { KeyRotation } from './keys/key-rotation.js';
