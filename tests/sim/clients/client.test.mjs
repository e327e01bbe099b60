// The JavaScript client against a real `sesame sim`: SESAME is the path of the program.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, beforeEach, test } from 'node:test';

import { SesameError, Simulator } from '../../../sim/clients/js/index.js';

let sim;
let reader;

before(async () => { sim = await Simulator.launch(); });
after(() => sim.stop());
beforeEach(async () => { reader = await sim.createReader({ card: 'sesame-card' }); });

const refused = (code, status) => (error) => {
  assert.ok(error instanceof SesameError, String(error));
  assert.equal(error.code, code);
  assert.equal(error.status, status);
  assert.notEqual(error.message, '');
  return true;
};

// The card takes no time, but the reader shows some screens for a moment.
async function advanceTo(match) {
  for (let i = 0; i < 10; ++i) {
    const screen = await reader.screen();
    if (match.test(screen.text)) return screen;
    await reader.advance('next-deadline');
  }
  return assert.fail(`${match} does not show: ${(await reader.screen()).text}`);
}

test('a simulator has readers, profiles and cards', async () => {
  assert.ok((await sim.profiles()).some(({ name }) => name === 'vasco-810'));
  assert.ok((await sim.cards()).some(({ name }) => name === 'bank-card'));
  const ids = (await sim.readers()).map(({ id }) => id);
  assert.ok(ids.includes('default') && ids.includes(reader.id), ids.join());
  assert.equal((await sim.reader('default').get()).clock, 'real');
});

test('a code in one call is the published one', async () => {
  await reader.setCardState({ next_atc: '00B4' });
  const { code, display, atc, screens } = await reader.otp({ pin: '1234' });
  assert.deepEqual({ code, display, atc }, { code: '42511495', display: '4251 1495', atc: '00B4' });
  assert.ok(screens.some((rows) => rows.join('').includes('4251 1495')));
  assert.equal((await reader.cardState()).last_atc, '00B4');
});

test('a code has inputs where the reader asks for them, and is a text', async () => {
  reader = await sim.createReader({ card: 'bank-card', profile: 'vasco-810' });
  assert.match(await reader.code({ function: 'M1', inputs: ['12345678'], pin: '1234' }), /^\d+$/);
});

test('where there is no code, the error has the last screen in its message', async () => {
  await reader.setCardState({ tries_left: 1 });
  await assert.rejects(reader.code({ pin: '9999' }), (error) => {
    assert.equal(error.code, 'no_code');
    assert.ok(error.message.endsWith(error.body.screens.at(-1).join(' / ').trim()), error.message);
    assert.match(error.message, /it shows: \S+/);
    return true;
  });
});

test('keys are pressed one by one, and the code goes dark after 35 seconds', async () => {
  assert.equal((await reader.press('CODE')).lit, true);
  await reader.waitForScreen(/Code secret/);
  await reader.type('1234');
  assert.match((await reader.screen({ match: /\*{4}/, timeout: 1_000 })).text, /\*{4}/);
  await reader.press('OK');
  const shown = await advanceTo(/Code Sésame\n\d{4} \d{4}/);
  assert.equal((await reader.get()).code.length, 8);
  await reader.advance(34_999);
  assert.equal((await reader.screen()).lit, true);
  await reader.advance(1);
  assert.equal((await reader.screen({ after: shown.revision, timeout: 1_000 })).lit, false);
});

test('a held C starts anew', async () => {
  await reader.press('CODE');
  const before = await reader.screen();
  await reader.hold('C');
  assert.notEqual((await reader.screen()).text, before.text);
});

test('a wrong PIN is a screen, and costs a try', async () => {
  const { code, screens } = await reader.otp({ pin: '9999' });
  assert.equal(code, null);
  assert.ok(screens.length > 0);
  assert.equal((await reader.cardState()).tries_left, 2);
});

test('a card with one try left is blocked by a wrong PIN', async () => {
  await reader.setCardState({ tries_left: 1 });
  await reader.otp({ pin: '9999' });
  assert.equal((await reader.cardState()).tries_left, 0);
});

test('a refusal is an error with a code', async () => {
  const { revision } = await reader.get();
  await assert.rejects(reader.press('CODE', 'WRONG'), refused('unknown_key', 400));
  assert.equal((await reader.get()).revision, revision);
  await assert.rejects(sim.createReader({ card: 'no-such-card' }), SesameError);
});

test('a screen that does not come is an error with the last screen', async () => {
  await reader.press('CODE');
  await assert.rejects(reader.waitForScreen(/never/, { timeout: 50 }), (error) => {
    refused('screen_timeout', 408)(error);
    assert.match(error.body.screen.text, /Code secret/);
    assert.match(error.message, /it shows: Code secret/);
    return true;
  });
});

test('a pattern has its flags, but those that the simulator does not know', async () => {
  await reader.press('CODE');
  assert.match((await reader.waitForScreen(/^CODE secret/im)).text, /Code secret/);
  assert.match((await reader.waitForScreen(/code.*\?/isu)).text, /Code secret/);
  await assert.rejects(reader.waitForScreen(/code/y), TypeError);
});

test('a card is pulled out and another one put in', async () => {
  assert.equal((await reader.pull()).card, null);
  await assert.rejects(reader.otp({ pin: '1234' }), refused('no_card', 409));
  assert.equal((await reader.insert('bank-card')).card.name, 'bank-card');
});

test('the faults there are can be set as they are suggested', async () => {
  const shapes = await sim.faults();
  const { suggested } = shapes.find(({ kind }) => kind === 'slow');
  assert.deepEqual((await reader.faults({ kind: 'slow', ...suggested })).faults, [{ kind: 'slow', ...suggested }]);
});

test('a fault stays until it is repaired', async () => {
  assert.equal((await reader.faults({ kind: 'mute' })).faults.length, 1);
  assert.equal((await reader.otp({ pin: '1234' })).code, null);
  assert.equal((await reader.faults()).faults.length, 0);
  await reader.pull();
  await reader.insert('sesame-card');
  assert.notEqual((await reader.otp({ pin: '1234' })).code, null);
});

test('the dialogue is a transcript without a PIN, and APDUs with names', async () => {
  await reader.otp({ pin: '1234' });
  const transcript = await reader.trace();
  assert.match(transcript, /^> 00A40400/m);
  assert.doesNotMatch(transcript, /241234/);
  assert.ok((await reader.apdus()).some(({ name }) => name.includes('GENERATE AC')));

  const [{ code, bits, parts }] = await reader.codes();
  assert.equal(code, (await reader.get()).code);
  assert.equal(parts.map(({ taken }) => taken).join(''), bits);

  const recorded = await sim.createReader({ card: { transcript } });
  assert.equal((await recorded.otp({ pin: '1234' })).code, (await reader.get()).code);
});

test('the screen is a picture, too', async () => {
  assert.equal((await reader.png()).subarray(1, 4).toString('latin1'), 'PNG');
});

test('events tell what happens after the stream was opened, and are resumed', async () => {
  const events = await reader.events();
  await reader.otp({ pin: '1234' });
  const seen = [];
  for await (const { id, event, data } of events) {
    assert.equal(data.reader, reader.id);
    seen.push({ id, event, data });
    if (event === 'screen' && data.rows.join('').match(/\d{4} \d{4}/)) break;
  }
  assert.ok(seen.some(({ event, data }) => event === 'key' && data.key === '•'));
  assert.ok(seen.some(({ event }) => event === 'apdu'));
  assert.doesNotMatch(JSON.stringify(seen), /241234/);

  const resumed = await reader.events({ lastEventId: seen[0].id });
  assert.deepEqual((await resumed.next()).value, seen[1]);
  resumed.close();
  assert.equal((await endOf(resumed)).done, true);
});

async function endOf(events) {
  for (;;) {
    const result = await events.next();
    if (result.done) return result;
  }
}

test('the events of all readers come in one stream', async () => {
  const events = await sim.events();
  const created = await sim.createReader();
  const { value } = await events.next();
  assert.deepEqual([value.event, value.data.reader], ['reader', created.id]);
  events.close();
});

test('an event is waited for from the call on, whatever is done before it is there', async () => {
  const pulled = reader.waitForEvent('card');
  await reader.pull();
  assert.equal((await pulled).data.card, 'removed');
  const [inserted] = await Promise.all([
    reader.waitForEvent(({ event, data }) => event === 'card' && data.name === 'bank-card'), reader.insert('bank-card'),
  ]);
  assert.equal(inserted.data.reader, reader.id);
  await assert.rejects(reader.waitForEvent('fault', { timeout: 20 }), refused('event_timeout', undefined));
});

test('what ends with its scope ends, also where it has ended already', async () => {
  const dispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
  const events = await reader.events();
  await events[dispose]();
  assert.equal((await endOf(events)).done, true);
  await reader[dispose]();
  await assert.rejects(reader.get(), refused('unknown_reader', 404));
  await reader[dispose]();
  const other = await Simulator.launch();
  await other[dispose]();
  await assert.rejects(other.readers(), refused('unreachable', undefined));
});

test('a reader that nobody uses ends after an hour, or as is said', async () => {
  const left = async (options) => (await (await sim.createReader(options)).get()).expires_ms;
  assert.ok(await left() > 3_500_000);
  assert.ok(await left({ ttl_s: 60 }) <= 60_000);
  assert.equal(await left({ ttl_s: null }), null);
});

test('a reset reader is dark and has no card', async () => {
  await reader.press('CODE');
  const { lit, card } = await reader.reset();
  assert.deepEqual({ lit, card }, { lit: false, card: null });
});

test('a deleted reader is unknown', async () => {
  await reader.delete();
  await assert.rejects(reader.get(), refused('unknown_reader', 404));
});

test('a simulator that is not there is an error that says so', async () => {
  const stopped = await Simulator.launch();
  await stopped.stop();
  await stopped.stop();
  await assert.rejects(stopped.readers(), refused('unreachable', undefined));
});

test('a simulator that does not start is an error with its own words', async () => {
  await assert.rejects(Simulator.launch({ binary: '/nowhere/sesame' }), refused('simulator_failed', undefined));
  await assert.rejects(Simulator.launch({ args: ['--card', 'no-such-card'] }), (error) => {
    refused('simulator_failed', undefined)(error);
    assert.match(error.message, /no-such-card/);
    return true;
  });
});

// `sesame sim` on this port, or any.
async function served(port = 0) {
  const child = spawn(process.env.SESAME, ['sim', '--port', String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { url } = JSON.parse((await once(createInterface(child.stdout), 'line'))[0]);
  return { url, end: async () => { child.kill(); await once(child, 'close'); } };
}

test('a simulator that was started anew is an error that says so, once', async () => {
  const first = await served();
  const client = new Simulator(first.url);
  const lost = await client.createReader({ card: 'sesame-card' });
  await assert.rejects(client.reader('r77').get(), refused('unknown_reader', 404));
  await first.end();
  await assert.rejects(lost.get(), refused('unreachable', undefined));
  const second = await served(new URL(first.url).port);
  await assert.rejects(client.reader('r77').code({ pin: '1234' }), refused('restarted', undefined));
  const made = await client.createReader({ card: 'sesame-card' });
  assert.match(await made.code({ pin: '1234' }), /^\d{8}$/);
  assert.equal((await client.info()).service, 'sim');
  await second.end();
});

// A program that starts `sesame`, and writes the number of its process.
function noting(folder) {
  const [binary, pid] = [join(folder, 'sesame'), join(folder, 'pid')];
  writeFileSync(binary, `#!/bin/sh\necho $$ >'${pid}'\nexec '${process.env.SESAME}' "$@"\n`, { mode: 0o755 });
  return { binary, pid: () => Number(readFileSync(pid, 'utf8')) };
}

test('a simulator of our own that ends by itself is an error that says how', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sesame-client-'));
  const { binary, pid } = noting(folder);
  const own = await Simulator.launch({ binary });
  process.kill(pid(), 'SIGKILL');
  await assert.rejects(own.readers(), (error) => refused('simulator_failed', undefined)(error) && /SIGKILL/.test(error.message));
  rmSync(folder, { recursive: true });
});

test('a simulator ends with the program that launched it, whatever signal kills that', async () => {
  for (const signal of ['SIGKILL', 'SIGTERM']) {
    const module = new URL('../../../sim/clients/js/index.js', import.meta.url);
    const program = `import { Simulator } from '${module}'; console.log((await Simulator.launch()).url);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [url] = await once(createInterface(parent.stdout), 'line');
    const socket = connect(new URL(url).port, '127.0.0.1');
    await once(socket, 'connect');
    // By the server, at its end; as a reset where it had not come to accept it.
    const closed = new Promise((resolve) => { socket.on('error', () => {}).once('close', resolve); });
    parent.kill(signal);
    await closed;
    await assert.rejects(fetch(`${url}/healthz`));
  }
});

// Answers with these, one after the other, and the last one from then on.
async function answering(answers, work) {
  let asked = 0;
  const server = createServer((_, response) => {
    const { status, retryAfter, body } = answers[Math.min(asked++, answers.length - 1)];
    response.writeHead(status, retryAfter === undefined ? {} : { 'Retry-After': retryAfter });
    response.end(JSON.stringify(body));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    await work(new Simulator(`http://127.0.0.1:${server.address().port}`), () => asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a server that says when to come again is asked again then', async () => {
  const busy = { status: 503, body: { code: 'too_many_streams', message: 'full' } };
  const there = { status: 200, body: [] };
  const began = Date.now();
  await answering([{ ...busy, retryAfter: '1' }, { ...busy, retryAfter: new Date(0).toUTCString() }, there],
    async (client, asked) => {
      assert.deepEqual(await client.cards(), []);
      assert.equal(asked(), 3);
      assert.ok(Date.now() - began >= 1_000);
    });
  for (const retryAfter of [undefined, '3600', 'soon']) {
    await answering([{ ...busy, retryAfter }, there], async (client, asked) => {
      await assert.rejects(client.cards(), refused('too_many_streams', 503));
      assert.equal(asked(), 1);
    });
  }
  await answering([{ status: 409, retryAfter: '0', body: { code: 'no_card', message: 'none' } }, there], (client) =>
    assert.rejects(client.cards(), refused('no_card', 409)));
});

test('no request is lost to a connection that ended while a test kept the event loop busy', async () => {
  let connections = 0, asked = 0;
  const server = createServer((_, response) => { ++asked; response.end('[]'); });
  server.on('connection', () => ++connections);
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const client = new Simulator(`http://127.0.0.1:${server.address().port}`);
  for (let i = 0; i < 3; ++i) assert.deepEqual(await client.cards(), []);
  assert.deepEqual([asked, connections], [3, 3]);
  server.close();
});

test('whatever answers in place of a simulator is a SesameError', async () => {
  const large = 16 * 1024 * 1024 + 1;
  for (const [status, body, code] of [
    [200, '['.repeat(200_000), 'no_simulator'],
    [200, '<html>', 'no_simulator'],
    [200, ' '.repeat(large), 'no_simulator'],
    [400, '['.repeat(200_000), 'unknown'],
    [400, 'null', 'unknown'],
    [400, ' '.repeat(large), 'unknown'],
  ]) {
    const liar = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise((resolve) => { liar.listen(0, '127.0.0.1', resolve); });
    try {
      const simulator = new Simulator(`http://127.0.0.1:${liar.address().port}`);
      await assert.rejects(simulator.profiles(), (error) => error instanceof SesameError && error.code === code);
    } finally {
      liar.closeAllConnections();
      liar.close();
    }
  }
});

test('an event without an end is refused', async () => {
  const liar = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const more = () => { while (!response.destroyed && response.write('x'.repeat(1 << 20))); };
    response.on('drain', more);
    more();
  });
  await new Promise((resolve) => { liar.listen(0, '127.0.0.1', resolve); });
  try {
    const events = await new Simulator(`http://127.0.0.1:${liar.address().port}`).events();
    await assert.rejects(events.next(), (error) => error.code === 'no_simulator');
    events.close();
  } finally {
    liar.closeAllConnections();
    liar.close();
  }
});
