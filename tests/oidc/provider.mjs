// A provider of digital identities, as SPID and CIE gateways are: OpenID Connect, certified.
// Its first argument says {port, clients, persons, idTokenHoldsAll}; a button says who signs in.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const { port, clients, persons, idTokenHoldsAll } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients,
  claims: {
    openid: ['sub'],
    profile: ['fiscal_number', 'given_name', 'family_name', 'birthdate'],
    email: ['email', 'email_verified'],
  },
  conformIdTokenClaims: !idTokenHoldsAll,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['known-to-the-tests'] },
  findAccount: (_ctx, id) =>
    persons[id] && { accountId: id, claims: () => ({ sub: id, ...persons[id] }) },
});

const page = (uid) => `<!doctype html><html lang="it"><title>Identità di prova</title>
<h1>Identità di prova</h1><form method="post" action="/interaction/${uid}">
${Object.keys(persons).map((id) => `<button name="who" value="${id}">${id}</button>`).join('\n')}
<button name="who" value="">Annulla</button></form></html>`;

async function signIn(request, response) {
  const { uid, params } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(page(uid));
    return;
  }
  let body = '';
  for await (const chunk of request) body += chunk;
  const who = new URLSearchParams(body).get('who');
  let result = { error: 'access_denied', error_description: 'ha annullato' };
  if (who) {
    const grant = new provider.Grant({ accountId: who, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { login: { accountId: who }, consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(request, response, result);
}

const answer = provider.callback();
http
  .createServer((request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return signIn(request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  })
  .listen(port, '127.0.0.1', () => console.log('ready'));
