// Somebody else's OpenID client (npm's openid-client) logs users in with the bank, as an application under test does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Simulator } from '../../../sim/clients/js/index.js';

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with ctest`);
  return value;
}

globalThis.crypto ??= webcrypto;  // Node.js 18
const modules = createRequire(`${needed('SESAME_NODE_MODULES')}/`);
const openid = await import(pathToFileURL(modules.resolve('openid-client')));

const kDay = 24 * 60 * 60 * 1000;
const kSimple = 'urn:sesame:acr:simple';
const kStrong = 'urn:sesame:acr:strong';
const kCallback = 'https://app.example/callback';
const kSecret = 'correct-horse-battery-staple';

let bank, simulator;

before(async () => {
  const child = spawn(needed('SESAME_BINARY'), ['bank', 'demo', '--http', '--port', '0', '--sim-port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const first = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
    ended.then((status) => { throw new Error(`sesame bank demo ended with ${status}`); }),
  ]);
  bank = {
    ...JSON.parse(first),
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
  simulator = new Simulator(bank.simulator);
});
after(async () => {
  if (bank) assert.equal(await bank.stop(), 0);
});

async function json(url, method, body) {
  const answer = await fetch(url, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${url}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

// A bank of this test, an application of it, and a customer with a reader.
async function world({ clock = 'real', now_ms = Date.now(), secret } = {}) {
  const tenant = await json(`${bank.url}/v1/tenants`, 'POST', {
    clock, now_ms, rules: { scrypt_cost: 4 },
    seed: { subscriptions: [{
      client_id: '10002000', name: 'Association Exemple', accounts: [{ label: 'Compte courant', balance: '100.00' }],
      users: [{
        number: '1', name: 'Alice Exemple', role: 'main', born: '1980-05-17', user_code: 'ALICE001', email: 'alice@example.org',
        strong_at_ms: now_ms - kDay, confidential_code: { value: 'tournesol', must_change: false },
        card: { template: 'sesame-card', pin: '1234' },
      }],
    }] },
  });
  const { issuer } = await json(`${bank.url}/v1/tenants/${tenant.id}/clients`, 'POST', {
    client_id: 'app', name: 'Application', redirect_uris: [kCallback], post_logout_redirect_uris: ['https://app.example/bye'],
    ...(secret && { client_secret: secret }),
  });
  const reader = await simulator.createReader({ card: { toml: tenant.customers[0].card.toml, name: 'sesame-card' }, clock: 'virtual' });
  return { id: tenant.id, issuer, code: async () => (await reader.otp({ pin: '1234' })).code };
}

// Follows no redirect by itself, and keeps one cookie, as a browser does.
class Browser {
  constructor(base) {
    this.base = base;
    this.cookie = '';
  }

  async send(url, method = 'GET', body = undefined) {
    const answer = await fetch(url, {
      method, redirect: 'manual', body: body === undefined ? undefined : JSON.stringify(body),
      headers: { ...(this.cookie && { cookie: this.cookie }), ...(this.csrf && { 'x-csrf-token': this.csrf }) },
    });
    for (const cookie of answer.headers.getSetCookie()) this.cookie = cookie.split(';')[0];
    return answer;
  }

  async lead(url) {
    const answer = await this.send(url);
    assert.equal(answer.status, 303, await answer.text());
    return new URL(answer.headers.get('location'));
  }

  async api(method, path, body) {
    const answer = await this.send(`${this.base}/api/${path}`, method, body);
    const text = await answer.text();
    const said = text === '' ? null : JSON.parse(text);
    const session = said?.session ?? said;
    if (session?.csrf) this.csrf = session.csrf;
    return { status: answer.status, ...said };
  }
}

// What the application keeps while its user is away.
async function request(config, more = {}) {
  const verifier = openid.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: openid.randomState(), expectedNonce: openid.randomNonce(), idTokenExpected: true };
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: kCallback, scope: 'openid profile email', state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...more,
  });
  return { url, checks };
}

const insecure = { execute: [openid.allowInsecureRequests] };  // --http, on this machine
const metadata = { id_token_signed_response_alg: 'ES256' };

test('an application logs its user in with a code of the reader, and reads acr and amr', async () => {
  for (const [secret, how] of [[undefined, openid.None()], [kSecret, openid.ClientSecretBasic(kSecret)], [kSecret, openid.ClientSecretPost(kSecret)]]) {
    const { issuer, code } = await world({ secret });
    const config = await openid.discovery(new URL(issuer), 'app', metadata, how, insecure);
    openid.enableNonRepudiationChecks(config);  // the ID token's signature is verified
    const browser = new Browser(issuer);
    const { url, checks } = await request(config);
    const page = await browser.lead(url);
    assert.equal(page.href.split('?')[0], `${issuer}/`);
    const session = await browser.api('GET', 'session');
    assert.equal(session.authorization.client, 'Application');
    assert.equal(session.authorization.id, page.searchParams.get('authorize'));
    assert.equal((await browser.api('POST', 'login/code', { site: 'coopanet', user_code: 'ALICE001', code: await code() })).level, 'strong');
    const done = await browser.api('POST', 'authorization');
    const tokens = await openid.authorizationCodeGrant(config, new URL(done.url), checks);
    const claims = tokens.claims();
    assert.equal(claims.acr, kStrong);
    assert.deepEqual(claims.amr, ['sc', 'otp', 'pin', 'mfa']);
    assert.equal(claims.name, 'Alice Exemple');
    const info = await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(info.email, 'alice@example.org');

    // The same response once more: nobody gets anything, and what it gave is over.
    await assert.rejects(openid.authorizationCodeGrant(config, new URL(done.url), checks), { error: 'invalid_grant' });
    await assert.rejects(openid.fetchUserInfo(config, tokens.access_token, claims.sub));

    const bye = await browser.lead(openid.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://app.example/bye', state: 'gone',
    }));
    assert.equal(bye.href, 'https://app.example/bye?state=gone');
    assert.equal((await browser.api('GET', 'session')).level, 'anonymous');
  }
});

test('asking for strong authentication when the session is simple leads back to the reader', async () => {
  const { issuer, code } = await world();
  const config = await openid.discovery(new URL(issuer), 'app', metadata, openid.None(), insecure);
  const browser = new Browser(issuer);
  await browser.api('GET', 'session');
  const login = await browser.api('POST', 'login/confidential', { client_id: '10002000', user_number: '1', confidential_code: 'tournesol' });
  assert.equal(login.level, 'simple');

  const plain = await request(config);
  const before = await openid.authorizationCodeGrant(config, await browser.lead(plain.url), plain.checks);
  assert.equal(before.claims().acr, kSimple);
  assert.deepEqual(before.claims().amr, ['pwd']);

  const silent = await request(config, { acr_values: kStrong, prompt: 'none' });
  await assert.rejects(openid.authorizationCodeGrant(config, await browser.lead(silent.url), silent.checks), { error: 'interaction_required' });

  const strong = await request(config, { acr_values: kStrong, max_age: '3600' });
  assert.ok((await browser.lead(strong.url)).searchParams.has('authorize'));
  assert.equal((await browser.api('GET', 'session')).authorization.needs, 'strong');
  const refused = await browser.api('POST', 'authorization');
  assert.deepEqual([refused.status, refused.code, refused.needs], [403, 'not_now', 'strong']);
  const operation = await browser.api('POST', 'operations', { kind: 'strong' });
  assert.equal(operation.method, 'identify');
  assert.equal((await browser.api('POST', `operations/${operation.id}`, { code: await code() })).done, true);
  const { url } = await browser.api('POST', 'authorization');
  const after = await openid.authorizationCodeGrant(config, new URL(url), { ...strong.checks, maxAge: 3600 });
  assert.equal(after.claims().acr, kStrong);
  assert.deepEqual(after.claims().amr, ['pwd', 'sc', 'otp', 'pin', 'mfa']);
  assert.equal(after.claims().sub, before.claims().sub);
});

test('in virtual time the application shares the clock of the bank', async () => {
  const year = 365 * kDay;
  const { id, issuer, code } = await world({ clock: 'virtual', now_ms: Date.now() - year });
  const alone = await openid.discovery(new URL(issuer), 'app', metadata, openid.None(), insecure);
  const config = await openid.discovery(new URL(issuer), 'app', { ...metadata, [openid.clockSkew]: -year / 1000 }, openid.None(), insecure);
  const browser = new Browser(issuer);
  await browser.api('GET', 'session');
  await browser.api('POST', 'login/code', { site: 'coopanet', user_code: 'ALICE001', code: await code() });
  const without = await request(alone);
  await assert.rejects(openid.authorizationCodeGrant(alone, await browser.lead(without.url), without.checks), /timestamp/);

  const shared = await request(config, { max_age: '60' });
  const tokens = await openid.authorizationCodeGrant(config, await browser.lead(shared.url), { ...shared.checks, maxAge: 60 });
  assert.equal(tokens.claims().acr, kStrong);
  await json(`${bank.url}/v1/tenants/${id}/clock`, 'POST', { advance_ms: 10 * 60 * 1000 });
  await assert.rejects(openid.fetchUserInfo(config, tokens.access_token, tokens.claims().sub));
});
