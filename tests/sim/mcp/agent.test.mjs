// `sesame mcp` as an agent has it: started by the official SDK's client, which checks each answer against the schema that
// the tool announced.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const sesame = process.env.SESAME;
const { resolve } = createRequire(`${process.env.SESAME_NODE_MODULES}/`);
const sdk = (path) => import(pathToFileURL(resolve(`@modelcontextprotocol/sdk/${path}`)));
const { Client } = await sdk('client/index.js');
const { StdioClientTransport } = await sdk('client/stdio.js');
const { LATEST_PROTOCOL_VERSION } = await sdk('types.js');

let client;
async function connect(args = []) {
  const connected = new Client({ name: 'test', version: '1' });
  await connected.connect(new StdioClientTransport({ command: sesame, args: ['mcp', ...args] }));
  return connected;
}

before(async () => { client = await connect(); });
after(() => client.close());

async function call(name, args = {}, from = client) {
  const result = await from.callTool({ name, arguments: args });
  assert.notEqual(result.isError, true, result.content?.[0]?.text);
  return result.structuredContent;
}

test('the client and the server agree, and the server says how it is used', async () => {
  assert.equal(LATEST_PROTOCOL_VERSION, '2025-11-25');
  assert.equal(client.getServerVersion().name, 'sesame');
  assert.match(client.getInstructions(), /create_reader/);
  assert.deepEqual(Object.keys(client.getServerCapabilities()), ['tools']);
  await client.ping();
});

test('an agent logs in with a reader of its own', async () => {
  const { tools } = await client.listTools();
  assert.ok(tools.every(({ description, inputSchema }) => description && inputSchema.type === 'object'));
  const { models } = await call('list_models');
  assert.ok(models.some(({ name }) => name === 'vasco-810'));
  const { cards } = await call('list_cards');
  assert.ok(cards.some(({ name }) => name === 'bank-card'));

  const { reader } = await call('create_reader', { profile: 'vasco-810', card: 'bank-card' });
  const { code } = await call('get_code', { reader, pin: '1234', function: 'M1', inputs: ['12345678'] });
  assert.match(code, /^\d+$/);
  assert.equal((await call('verify_code', { reader, code, challenge: '12345678' })).accepted, true);
  const again = await call('verify_code', { reader, code, challenge: '12345678' });
  assert.deepEqual([again.accepted, again.outcome], [false, 'replayed']);
});

test('time passes, the card is broken and repaired, and the screen is seen', async () => {
  const { reader } = await call('create_reader', { card: 'sesame-card' });
  await call('set_card_state', { reader, next_atc: '00B4' });
  assert.equal((await call('get_code', { reader, pin: '1234' })).code, '42511495');
  const shown = await client.callTool({ name: 'see_screen', arguments: { reader, picture: true } });
  assert.equal(shown.structuredContent.screen, 'Code Sésame\n4251 1495');
  assert.equal(Buffer.from(shown.content[1].data, 'base64').subarray(1, 4).toString(), 'PNG');
  assert.equal((await call('advance_time', { reader, ms: 35_000 })).lit, false);

  await call('set_faults', { reader, faults: [{ kind: 'removed', at: 3 }] });
  await call('insert_card', { reader, card: 'sesame-card' });
  const { code, screens } = await call('get_code', { reader, pin: '1234' });
  assert.equal(code, null);
  assert.ok(screens.length > 0);
  await call('set_faults', { reader, faults: [] });
  await call('insert_card', { reader, card: 'sesame-card' });
  await call('press_keys', { reader, keys: ['CODE'] });
  await call('type_digits', { reader, digits: '1234' });
  await call('hold_key', { reader, key: 'C' });
  assert.ok((await call('get_dialogue', { reader })).apdus.length > 0);
  await call('remove_card', { reader });
  await call('reset_reader', { reader });
  await call('delete_reader', { reader });
});

test('what is refused is a result that an agent can read; a tool that is not there is an error', async () => {
  const refused = await client.callTool({ name: 'see_screen', arguments: { reader: 'r999' } });
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /^unknown_reader: /);
  await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }), { code: -32602 });
});

test('a card of a file is there under its name, and its codes can be verified', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sesame-mcp-'));
  const file = join(folder, 'mine.toml');
  const made = spawn(sesame, ['card', 'new', file, '--pin', '4711'], { stdio: ['ignore', 'ignore', 'inherit'] });
  assert.deepEqual(await once(made, 'close'), [0, null]);
  const other = await connect(['--card', file]);
  assert.equal((await call('list_cards', {}, other)).cards[0].name, 'mine');
  const { reader } = await call('create_reader', { card: 'mine' }, other);
  const { code } = await call('get_code', { reader, pin: '4711' }, other);
  assert.equal((await call('verify_code', { reader, code }, other)).accepted, true);
  await other.close();
  rmSync(folder, { recursive: true });
});

test('the readers of a simulator that runs are worked, and those that were made end with the agent', async () => {
  const sim = spawn(sesame, ['sim', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { url } = JSON.parse((await once(createInterface(sim.stdout), 'line'))[0]);
  const other = await connect(['--url', url]);
  const { reader } = await call('create_reader', { card: 'sesame-card' }, other);
  const { code } = await call('get_code', { reader, pin: '1234' }, other);
  assert.equal((await (await fetch(`${url}/v1/readers/${reader}`)).json()).code, code);
  assert.equal((await call('see_screen', { reader: 'default' }, other)).profile, 'sesame');
  await other.close();
  const left = await (await fetch(`${url}/v1/readers`)).json();
  assert.deepEqual(left.readers.map(({ id }) => id), ['default']);
  sim.kill();
  await once(sim, 'close');
});

// ---- without the SDK: what it would never send

function raw(...lines) {
  const child = spawn(sesame, ['mcp'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { said += text; });
  child.stdin.end(lines.join(''));
  return once(child, 'close').then(([status]) => ({
    status, said, messages: out.split('\n').slice(0, -1).map((line) => JSON.parse(line)),
  }));
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const request = (id, method, params = {}) => `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;

test('a client of 2026-07-28 begins without initialize', async () => {
  const { status, messages } = await raw(
    request(1, 'server/discover', { _meta: meta }),
    request(2, 'tools/call', { _meta: meta, name: 'create_reader', arguments: { card: 'sesame-card' } }),
    request(3, 'tools/call', { _meta: meta, name: 'get_code', arguments: { reader: 'r1', pin: '1234' } }),
  );
  assert.equal(status, 0);
  assert.equal(messages[0].result.supportedVersions[0], '2026-07-28');
  assert.match(messages[2].result.structuredContent.code, /^\d{8}$/);
});

test('the output has nothing but the protocol, whatever comes in; at the end of the input the server ends', async () => {
  const { status, said, messages } = await raw(
    '{\n', '\n', `"${'x'.repeat(5 << 20)}"\n`, '\0\n', request(1, 'ping'), request(2, 'ping').trimEnd(),
  );
  assert.equal(status, 0);
  assert.equal(said, '');
  assert.deepEqual(messages.map(({ id, error }) => [id, error?.code]),
    [[null, -32700], [null, -32700], [null, -32700], [1, undefined], [2, undefined]]);
});

test('a signal ends it, too', async () => {
  const child = spawn(sesame, ['mcp'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(request(1, 'ping'));
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'close'), [0, null]);
});

test('options that cannot be are one line, and status 2', async () => {
  for (const args of [['--card', '/nowhere/card.toml'], ['--url', 'https://example.org'], ['--token', 'x']]) {
    const child = spawn(sesame, ['mcp', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => { said += text; });
    child.stdout.resume();
    assert.deepEqual(await once(child, 'close'), [2, null], args.join(' '));
    assert.equal(said.trim().split('\n').length, 1, said);
  }
});
