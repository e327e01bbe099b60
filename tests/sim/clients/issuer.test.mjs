// The JavaScript client against a real `sesame issuer serve`: SESAME is the path of the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Issuer, SesameError } from '../../../sim/clients/js/index.js';

const sesame = (...args) => execFileSync(process.env.SESAME, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const code = (atc) => JSON.parse(sesame('code', '--pin', '1234', '--ephemeral', '--atc', atc, '--json')).code;
const folder = mkdtempSync(join(tmpdir(), 'sesame-issuer-'));
const store = join(folder, 'issuer.db');
let issuer;

before(async () => {
  sesame('issuer', 'init', '--store', store);
  sesame('issuer', 'card', 'add', 'sesame-card', '--customer', 'alice', '--store', store);
  issuer = await Issuer.launch({ args: ['--store', store] });
});
after(async () => {
  await issuer.stop();
  rmSync(folder, { recursive: true });
});

test('a code is accepted once', async () => {
  const first = code('0001');
  assert.deepEqual(await issuer.verify({ card: 1, code: first }), { accepted: true, last_try: false });
  assert.deepEqual(await issuer.verify({ card: 1, code: first }), { accepted: false, last_try: false });
  assert.deepEqual(await issuer.verify({ customer: 'alice', code: first }), { accepted: false, last_try: true });
  assert.equal((await issuer.json('GET', '/v1/cards/1')).tries_left, 1);
  assert.equal((await issuer.verify({ customer: 'alice', code: code('0002') })).accepted, true);
});

test('a card is added as its file', async () => {
  const card = await issuer.addCard({ toml: sesame('card', 'new', '--template', 'bank-card'), customer: 'bob' });
  assert.equal(card.customer, 'bob');
  assert.equal((await issuer.verify({ customer: 'bob', code: '12345678' })).accepted, false);
});

test('what is refused by the API is an error', async () => {
  const refused = (code, status) => (error) => error instanceof SesameError && error.code === code && error.status === status;
  await assert.rejects(issuer.verify({ code: '1' }), refused('malformed_request', 400));
  await assert.rejects(issuer.verify({ card: 1, mode: 'sign', code: '1' }), refused('malformed_request', 400));
  await assert.rejects(new Issuer(issuer.url, 'another').verify({ card: 1, code: '1' }), refused('unauthorized', 401));
  await assert.rejects(issuer.json('GET', '/v1/cards/9'), refused('unknown_card', 404));
  await assert.rejects(new Issuer('http://127.0.0.1:9', 't').verify({ card: 1, code: '1' }), refused('unreachable'));
});

test('an issuer that does not start says why', async () => {
  await assert.rejects(Issuer.launch({ args: ['--store', join(folder, 'none.db')] }),
                       ({ code, message }) => code === 'issuer_failed' && message.includes('none.db'));
});
