// An OpenID provider that we did not write (the package oidc-provider), at the addresses and with the claims of Microsoft's
// identity platform. Everything here is configuration: what is asked, granted, refused and rotated is the provider's own doing.
//
// It listens on a free port of this machine, writes {"port": ...} as a line of its own, and ends when its input is closed, so
// that a test that is stopped leaves nothing behind. The provider itself writes warnings to the same output.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';

import { Provider } from 'oidc-provider';

const [tenant, client] = process.argv.slice(2);
const under = (path) => `/${tenant}/oauth2/v2.0/${path}`;

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const address = `http://127.0.0.1:${port}`;
  server.on('request', new Provider(address, configuration(address)).callback());
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.stdin.resume().on('end', () => process.exit());

function configuration(graph) {
  return {
    clients: [
      {
        client_id: client,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        // The provider leaves the port of a loopback address open for native programs (RFC 8252, 7.3), as Microsoft does.
        redirect_uris: ['http://localhost'],
        response_types: ['code'],
        grant_types: [
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:device_code',
        ],
      },
    ],
    scopes: ['openid', 'profile', 'offline_access', `${graph}/User.Read`, `${graph}/Domain.Read.All`],
    claims: { openid: ['sub', 'tid', 'oid'], profile: ['name', 'preferred_username'] },
    // Microsoft puts the claims of a scope into the identity token even when there is an access token.
    conformIdTokenClaims: false,
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        tid: tenant,
        oid: 'b7ac2d52-6a4c-4a8e-9a17-0f7d5a2f6a11',
        name: 'Adele Vance',
        preferred_username: sub,
      }),
    }),
    features: { devInteractions: { enabled: true }, deviceFlow: { enabled: true } },
    rotateRefreshToken: true,
    pkce: { required: () => true },
    routes: {
      authorization: under('authorize'),
      token: under('token'),
      device_authorization: under('devicecode'),
      code_verification: '/devicelogin',
    },
    cookies: { keys: ['not a secret: the provider lives as long as a test'] },
    jwks: { keys: [signingKey()] },
    ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600, RefreshToken: 600, DeviceCode: 600 },
  };
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'of-this-run' };
}
