import { Logger } from '@nestjs/common';
import { ScriptedVendor } from '../../testing/scripted-vendor.js';
import { aClient, TokenRoom, vendorAt } from '../../testing/token-room.js';
import type { GrantedTokens } from './token-request.js';

const basic = `Basic ${Buffer.from('client-1:client-secret-1').toString('base64')}`;
const byBody = { client_id: 'client-1', client_secret: 'client-secret-1' };

// Of what could not be given back.
Logger.overrideLogger(false);

let room: TokenRoom;
let vendor: ScriptedVendor;
beforeEach(async () => {
  room = new TokenRoom();
  vendor = await ScriptedVendor.start();
});
afterEach(async () => {
  await room.close();
  await vendor.stop();
});

function revoke(id: string, tokens: Partial<GrantedTokens> = {}, body: unknown = {}): Promise<boolean> {
  vendor.answer({ body });
  const granted = { accessToken: 'at-1', refreshToken: 'rt-1', ...tokens };
  return room.revocation.revoke(vendorAt(vendor.url, id), aClient(), granted);
}

describe('giving a grant back', () => {
  it.each([
    ['asana', '/-/oauth_revoke'],
    ['discord', '/api/oauth2/token/revoke'],
    ['gitlab', '/oauth/revoke'],
    ['google', '/revoke'],
    ['hubspot', '/oauth/2026-03/token/revoke'],
    ['linear', '/oauth/revoke'],
  ])('to %s names the refresh token, or the access token where there is none', async (id, path) => {
    expect(await revoke(id)).toBe(true);
    expect(vendor.asked).toEqual({ POST: path, form: { token: 'rt-1', ...byBody } });
    vendor.requests.length = 0;
    expect(await revoke(id, { refreshToken: null })).toBe(true);
    expect(vendor.asked).toMatchObject({ form: { token: 'at-1' } });
  });

  it.each([
    ['cloudflare', { POST: '/oauth2/revoke', authorization: basic, form: { token: 'rt-1' } }],
    ['zoom', { POST: '/oauth/revoke', authorization: basic, form: { token: 'at-1' } }],
    ['slack', { POST: '/api/auth.revoke', authorization: 'Bearer at-1' }],
    ['slack-user', { POST: '/api/auth.revoke', authorization: 'Bearer at-1' }],
    ['dropbox', { POST: '/2/auth/token/revoke', authorization: 'Bearer at-1' }],
    [
      'notion',
      { POST: '/v1/oauth/revoke', authorization: basic, version: '2026-03-11', json: { token: 'at-1' } },
    ],
    [
      'github',
      { DELETE: '/applications/client-1/token', authorization: basic, json: { access_token: 'at-1' } },
    ],
  ])('to %s is its own request: %j', async (id, request) => {
    expect(await revoke(id, {}, { ok: true, revoked: true })).toBe(true);
    expect(vendor.asked).toEqual(request);
  });

  it.each(['atlassian', 'figma', 'microsoft', 'sentry', 'stripe'])('to %s cannot be done', async (id) => {
    expect(await revoke(id)).toBe(false);
    expect(vendor.requests).toEqual([]);
  });

  it('to Slack fails with status 200', async () => {
    expect(await revoke('slack', {}, { ok: false, error: 'invalid_auth' })).toBe(false);
  });

  it('is not tried without the token that the vendor wants', async () => {
    expect(await revoke('github', { accessToken: null })).toBe(false);
    expect(vendor.requests).toEqual([]);
  });
});
