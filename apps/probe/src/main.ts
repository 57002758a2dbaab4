import { Egress, EgressPolicy } from '@hawser/egress';
import { runStatelessService } from '@hawser/runtime';
import { ProbeModule } from './app.module.js';
import { probeVariables } from './config.js';

runStatelessService({
  name: 'probe',
  environment: process.env,
  variables: probeVariables,
  module: ({ bus, config }) => {
    const policy = EgressPolicy.allowing(config.HAWSER_EGRESS_ALLOW);
    return ProbeModule.register({ bus, egress: new Egress({ policy }) });
  },
});
