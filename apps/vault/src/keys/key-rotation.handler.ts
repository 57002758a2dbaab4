import type { CallContext, Nothing } from '@hawser/contracts';
import { rotateKeys, type KeyRotation } from '@hawser/contracts/vault';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { KeyRotationService } from './key-rotation.service.js';

@Controller()
export class KeyRotationHandler {
  constructor(private readonly rotation: KeyRotationService) {}

  @Handles(rotateKeys)
  rotate(_nothing: Nothing, context: CallContext): Promise<KeyRotation> {
    return this.rotation.rotate(context);
  }
}
