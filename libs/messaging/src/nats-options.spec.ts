import { natsOptions } from './nats-options.js';

describe('the options for the NATS client', () => {
  it('wait for the server for ever', () => {
    expect(natsOptions({ url: 'nats://a:4222', name: 'vault' })).toEqual({
      servers: ['a:4222'],
      name: 'vault',
      waitOnFirstConnect: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 750,
      reconnectJitterTLS: 750,
      pingInterval: 5_000,
      maxPingOut: 2,
      timeout: 5_000,
      noAsyncTraces: true,
    });
  });

  it('take several servers, and a user and a password from the URL', () => {
    expect(natsOptions({ url: 'nats://u:p%40ss@a:4222, nats://b:4223', name: 'x' })).toMatchObject({
      servers: ['a:4222', 'b:4223'],
      user: 'u',
      pass: 'p@ss',
    });
  });

  it('take a token, and TLS from the scheme', () => {
    expect(natsOptions({ url: 'tls://t0k@a:4222', name: 'x' })).toMatchObject({ token: 't0k', tls: {} });
  });

  it('refuse what is no URL', () => {
    expect(() => natsOptions({ url: '127.0.0.1:4222', name: 'x' })).toThrow('Invalid URL');
  });
});
