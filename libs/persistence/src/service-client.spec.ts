import { serviceClient } from './service-client.js';

it('does not end the process when it is cut off while nobody listens', () => {
  const ServiceClient = serviceClient('bindings');
  const client = new ServiceClient();
  expect(() => client.emit('error', new Error('terminating connection'))).not.toThrow();
});
