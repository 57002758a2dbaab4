import type { CallContext, Deleted, PageQuery } from '@hawser/contracts';
import {
  createCrew,
  deleteCrew,
  getCrew,
  listCrews,
  updateCrew,
  type CreateCrew,
  type Crew,
  type CrewPage,
  type CrewRef,
  type UpdateCrew,
} from '@hawser/contracts/directory';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { CrewService } from './crew.service.js';

@Controller()
export class CrewHandler {
  constructor(private readonly crews: CrewService) {}

  @Handles(listCrews)
  list(page: PageQuery, context: CallContext): Promise<CrewPage> {
    return this.crews.list(context, page);
  }

  @Handles(getCrew)
  get({ crew_id }: CrewRef, context: CallContext): Promise<Crew> {
    return this.crews.get(context, crew_id);
  }

  @Handles(createCrew)
  create(input: CreateCrew, context: CallContext): Promise<Crew> {
    return this.crews.create(context, input);
  }

  @Handles(updateCrew)
  update(input: UpdateCrew, context: CallContext): Promise<Crew> {
    return this.crews.update(context, input);
  }

  @Handles(deleteCrew)
  delete({ crew_id }: CrewRef, context: CallContext): Promise<Deleted> {
    return this.crews.delete(context, crew_id);
  }
}
