import type { CallContext, Deleted, PageQuery } from '@hawser/contracts';
import {
  createCrewServer,
  deleteCrewServer,
  listAllCrewServers,
  listCrewServers,
  updateCrewServer,
  type CrewServer,
  type CrewServerPage,
  type CrewServerRef,
  type ListCrewServers,
  type NewCrewServer,
  type UpdateCrewServer,
} from '@hawser/contracts/bindings';
import { Handles } from '@hawser/messaging';
import { Controller } from '@nestjs/common';
import { CrewServerService } from './crew-server.service.js';

@Controller()
export class CrewServerHandler {
  constructor(private readonly servers: CrewServerService) {}

  @Handles(listAllCrewServers)
  listAll(page: PageQuery, context: CallContext): Promise<CrewServerPage> {
    return this.servers.listAll(context, page);
  }

  @Handles(listCrewServers)
  list(request: ListCrewServers, context: CallContext): Promise<CrewServerPage> {
    return this.servers.list(context, request);
  }

  @Handles(createCrewServer)
  create(input: NewCrewServer, context: CallContext): Promise<CrewServer> {
    return this.servers.create(context, input);
  }

  @Handles(updateCrewServer)
  update(input: UpdateCrewServer, context: CallContext): Promise<CrewServer> {
    return this.servers.update(context, input);
  }

  @Handles(deleteCrewServer)
  delete(ref: CrewServerRef, context: CallContext): Promise<Deleted> {
    return this.servers.delete(context, ref);
  }
}
