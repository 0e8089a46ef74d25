// Two SAML libraries of Node.js, node-saml and samlify, as judges of messages that they did not write. Reads the same list of
// cases as judges.py and writes the same kind of verdicts; besides, a request of each library for the practice tenant.

import process from 'node:process';

import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import * as samlify from 'samlify';

// samlify wants somebody to say that a message fits the schema before it looks at one. The schema is not what is judged here.
samlify.setSchemaValidator({ validate: async () => 'not judged' });

const told = JSON.parse(await text(process.stdin));
const verdicts = [];
for (const example of told.cases) {
  for (const [judge, by] of [['node-saml', byNodeSaml], ['samlify', bySamlify]]) {
    verdicts.push(await judged(judge, example.name, () => by(example)));
  }
}
for (const [name, xml] of Object.entries(told.metadata)) {
  verdicts.push(await judged('samlify', name, () => samlify.IdentityProvider({ metadata: xml }).entityMeta.getEntityID()));
}
process.stdout.write(JSON.stringify({ verdicts, requests: await requests() }));

async function judged(judge, name, look) {
  try {
    const found = await look();
    return { judge, case: name, taken: Boolean(found), name: found ?? null, why: null };
  } catch (refusal) {
    return { judge, case: name, taken: false, name: null, why: String(refusal) };
  }
}

async function byNodeSaml(example) {
  const provider = nodeSaml(example.signed);
  const { profile } = await provider.validatePostResponseAsync({ SAMLResponse: example.response });
  return profile?.nameID;
}

function nodeSaml(signed) {
  return new SAML({
    entryPoint: told.login,
    idpCert: told.certificate,
    issuer: told.audience,
    audience: told.audience,
    callbackUrl: told.acs,
    wantAssertionsSigned: signed !== 'response',
    wantAuthnResponseSigned: signed !== 'assertion',
    validateInResponseTo: ValidateInResponseTo.never,
  });
}

async function bySamlify(example) {
  const request = { body: { SAMLResponse: example.response } };
  const { extract } = await provider(example.signed).parseLoginResponse(identity(), 'post', request);
  return extract.nameID;
}

function identity() {
  return samlify.IdentityProvider({ metadata: told.metadata.application });
}

function provider(signed) {
  return samlify.ServiceProvider({
    entityID: told.audience,
    assertionConsumerService: [{ Binding: samlify.Constants.namespace.binding.post, Location: told.acs }],
    wantMessageSigned: signed !== 'assertion',
    wantAssertionsSigned: signed !== 'response',
  });
}

async function requests() {
  const { context } = provider('assertion').createLoginRequest(identity(), 'redirect');
  return { 'node-saml': await nodeSaml('assertion').getAuthorizeUrlAsync('', undefined, {}), samlify: context };
}

async function text(stream) {
  let all = '';
  for await (const part of stream.setEncoding('utf8')) all += part;
  return all;
}
