// The dialogue of reader and card on the page: by transaction, from the cryptogram to the digits, searched, copied and
// exported; and what was clicked, as code that does it again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { api, button, card, insertAndChoose, key, listenToOrders, printedPin, settled, tabTo, toCode, until } from './setup.mjs';
import { onPage, simulator } from './world.mjs';

const line = (page, text) => page.locator('.apdu', { hasText: text });
const transactions = (page) => page.locator('.transaction');
const codeOf = async (id) => (await api(simulator.url, 'GET', `/v1/readers/${id}`)).display;

// ---- by transaction

onPage('the log has a line for each command, whatever T=0 makes of it, and a transaction for each code', {}, async (setup) => {
  const { page, id, state, shot } = setup;
  await toCode(setup);
  assert.equal(await transactions(page).count(), 1);
  assert.equal(await page.locator('.apdu', { hasText: 'GET RESPONSE' }).count(), 0);
  assert.deepEqual(await page.locator('.apdu-name').allTextContents(), [
    'cold reset', 'SELECT Visa DPA', 'SELECT SecureCode Aut · Mastercard CAP', 'GET PROCESSING OPTIONS', 'READ RECORD 1, SFI 1',
    'READ RECORD 2, SFI 1', 'GET DATA 9F17', 'VERIFY', 'GENERATE AC for an ARQC', 'GENERATE AC for an AAC']);
  assert.match(await transactions(page).first().locator('.transaction-name').textContent(), /^1 · SecureCode Aut · Mastercard CAP · ATC 0001$/);
  await transactions(page).first().locator('.transaction-result', { hasText: await codeOf(id) }).waitFor();

  await key(page, 'OK').click();
  await state('choose_function');
  await key(page, 'CODE').click();
  await state('pin');
  await printedPin(page).click();
  await state('code');
  await transactions(page).nth(1).locator('.transaction-name', { hasText: 'ATC 0002' }).waitFor();
  await transactions(page).nth(1).locator('.transaction-result', { hasText: await codeOf(id) }).waitFor();
  assert.equal(await transactions(page).count(), 2);
  await shot('24-log');

  // What it took is told where the line is opened.
  await line(page, 'READ RECORD 1').first().locator('summary').click();
  await line(page, 'READ RECORD 1').first().getByText('In 2 pieces').waitFor();
  assert.match(await line(page, 'READ RECORD 1').first().locator('.pieces').textContent(), /^> 00 B2 01 0C 00\n< 6C ..\n> 00 B2 01 0C (?!00)../);
});

onPage('what a reader reckons with is not red, and what is wrong is', {}, async (setup) => {
  const { page, id, state } = setup;
  await insertAndChoose(setup);
  await line(page, 'SELECT Visa DPA').locator('.sw.plain', { hasText: '6A82' }).waitFor();
  assert.equal(await page.locator('.sw.bad').count(), 0);
  await page.keyboard.type('9999');
  await page.keyboard.press('Enter');
  await state('wrong_pin');
  await line(page, 'VERIFY').locator('summary .sw.bad', { hasText: '63C2' }).waitFor();
  await page.locator('.transaction-result.bad', { hasText: 'wrong PIN, 2 tries left' }).waitFor();
  await api(simulator.url, 'PUT', `/v1/readers/${id}/faults`, { faults: [{ kind: 'mute', at: 0, stage: 'verify' }] });
  await page.keyboard.press('Enter');
  await state('pin');
  await page.keyboard.type('1234');
  await page.keyboard.press('Enter');
  await state('notice');
  await line(page, 'VERIFY').last().locator('summary .sw.bad', { hasText: 'no answer' }).waitFor();
});

onPage('the log is searched by names, bytes and meanings, by keyboard alone', {}, async (setup) => {
  const { page } = setup;
  await toCode(setup);
  const seen = () => page.locator('.apdu').filter({ visible: true }).locator('.apdu-name').allTextContents();
  const all = (await seen()).length;
  await page.keyboard.press('/');
  for (const [words, wanted] of [
    ['generate', ['GENERATE AC for an ARQC', 'GENERATE AC for an AAC']], ['9F17', ['GET DATA 9F17']], ['00 20 00 80', ['VERIFY']],
    ['not found', ['SELECT Visa DPA']], ['9f56', ['READ RECORD 2, SFI 1']],
  ]) {
    await page.keyboard.press('Control+A');
    await page.keyboard.type(words);
    await settled(page);
    assert.deepEqual((await seen()).filter((each) => wanted.includes(each)), wanted, words);
    assert.ok((await seen()).length < all, words);
  }
  await page.keyboard.press('Control+A');
  await page.keyboard.type('nothing has this');
  await page.getByText('Nothing of the log has these words').waitFor();
  assert.deepEqual(await seen(), []);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await settled(page);
  assert.equal((await seen()).length, all);
});

onPage('x shows the bytes of each line, and hides them', {}, async (setup) => {
  const { page } = setup;
  await toCode(setup);
  const bytes = line(page, 'VERIFY').locator('.bytes');
  assert.equal(await bytes.isVisible(), false);
  await page.keyboard.press('x');
  assert.match(await bytes.textContent(), /^> 00 20 00 80 08 [* ]+\n< 90 00$/);
  assert.ok(await bytes.isVisible());
  await button(page, 'Bytes').click();
  assert.equal(await bytes.isVisible(), false);
});

onPage('the log is copied as a text, and exported as a transcript that replays', { permissions: ['clipboard-read', 'clipboard-write'] }, async (setup) => {
  const { page, id } = setup;
  await toCode(setup);
  await page.locator('#log-copy').click();
  await page.locator('#log-copy.done').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#trace-file').click()]);
  assert.equal(download.suggestedFilename(), `${id}.apdu`);
  const exported = readFileSync(await download.path(), 'utf8');
  assert.equal(copied, exported);
  assert.match(exported, /^# inserted: sesame-card\natr 3B/);
  const made = await api(simulator.url, 'POST', '/v1/readers', { card: { transcript: exported, name: 'again' } });
  const { display } = await api(simulator.url, 'POST', `/v1/readers/${made.id}/otp`, { pin: '1234' });
  assert.equal(display, await codeOf(id));
});

// ---- from AC to digits

// The number that a text of bits is.
const value = (bits) => BigInt(`0b${bits.replace(/\s/g, '')}`);

async function opened(page, where = page) {
  await where.locator('.digits > summary').click();
  return {
    marked: (await where.locator('.byte mark').allTextContents()).join(''),
    joined: await where.locator('.steps-to-code code').first().textContent(),
    number: await where.locator('.steps-to-code li:nth-child(2) code').textContent(),
    code: await where.locator('.steps-to-code .last strong').textContent(),
  };
}

onPage('how the answer became the digits is shown bit by bit', {}, async (setup) => {
  const { page, id, shot } = setup;
  await toCode(setup);
  await page.locator('.digits').waitFor();
  const shown = await codeOf(id);
  const path = await opened(page);
  assert.equal(path.code, shown);
  assert.equal(path.joined.replaceAll(' ', ''), path.marked);
  assert.equal(value(path.joined), BigInt(path.number));
  assert.equal(BigInt(shown.replace(' ', '')), BigInt(path.number));
  assert.deepEqual(await page.locator('.parts dt').allTextContents(), ['CID', 'ATC', 'AC', 'IAD']);
  assert.match(await page.locator('.told').textContent(), /Amount.*Terminal country.*Unpredictable number/s);
  await page.locator('.steps-to-code').scrollIntoViewIfNeeded();
  await shot('25-from-ac-to-digits');
  await button(page, 'FR, Français').click();
  await page.getByText('De l’AC aux chiffres').waitFor();
  assert.match(await page.locator('.told').textContent(), /Montant.*Pays du terminal/s);
});

onPage('it stays there when the code is gone, for who comes later too, by keyboard alone', {}, async (setup) => {
  const { page, id, state } = setup;
  await toCode(setup);
  const shown = await codeOf(id);
  await page.keyboard.press('>');
  await state('off');
  await page.reload();
  await page.locator('.digits').waitFor();
  await tabTo(page, '.digits summary');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('.steps-to-code .last strong').textContent(), shown);
});

onPage('where numbers were typed to be signed, the bits are those of the code all the same', { reader: { clock: 'virtual', profile: 'vasco-810', card: 'bank-card' } },
  async (setup) => {
    const { page, id, state } = setup;
    const { code } = await api(simulator.url, 'POST', `/v1/readers/${id}/otp`, { function: 'M2', inputs: ['12345678', '98765'], pin: '1234' });
    await state('code');
    await page.locator('.digits').waitFor();
    const path = await opened(page);
    await page.getByText('took the place of the AC (TDS)').waitFor();
    assert.equal(path.code.replace(/ /g, ''), code);
    assert.equal(value(path.joined), BigInt(path.number));
    assert.equal(path.marked, path.joined.replaceAll(' ', ''));

    // It cannot be made again of what the log has.
    await page.keyboard.press('>');
    await state('off');
    await page.reload();
    await page.locator('.apdu').first().waitFor();
    await settled(page);
    assert.equal(await page.locator('.digits').isVisible(), false);
  });

// ---- as code

const kinds = { Playwright: 'playwright', pytest: 'pytest', curl: 'curl', Scenario: 'scenario' };

// What the dialog has, of each kind.
async function asCode(page) {
  await button(page, 'As code').click();
  await page.locator('#as-code[open]').waitFor();
  const texts = {};
  for (const [name, kind] of Object.entries(kinds)) {
    await button(page, name).click();
    texts[kind] = await page.locator('#code-text').textContent();
  }
  await page.keyboard.press('Escape');
  return texts;
}

// With what the simulator itself says of a scenario that is played.
function play(scenario) {
  const folder = mkdtempSync(join(tmpdir(), 'sesame-as-code-'));
  try {
    writeFileSync(join(folder, 'clicked.toml'), scenario);
    return execFileSync(process.env.SESAME_BINARY, ['scenario', join(folder, 'clicked.toml')], { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

onPage('what was clicked is code that does it again', {}, async (setup) => {
  const { page, state, says, shot } = setup;
  await page.keyboard.press('s');
  await page.getByText('Nothing was done with this reader yet').waitFor();
  await page.keyboard.press('Escape');

  await card(page).click();
  await state('choose_function');
  await page.locator('#atc').fill('00B3');
  await page.locator('#tries').fill('2');
  await page.keyboard.press('Enter');
  await until(async () => await page.inputValue('#atc') === '00B3');
  await page.locator('#presets').selectOption('refused_at_ac');
  await page.locator('.faults li[data-kind=status_word].on').waitFor();
  await page.keyboard.press('a');
  await state('pin');
  await page.keyboard.type('1234');
  await page.keyboard.press('Enter');
  await says('Refusé par');
  await button(page, 'Mend all').click();
  await page.locator('.faults li.on').waitFor({ state: 'detached' });
  await button(page, '+1 s').click();
  await button(page, '+1 s').click();
  await key(page, 'OK').click();
  await state('choose_function');
  await key(page, 'CODE').click();
  await state('pin');
  await printedPin(page).click();
  await state('code');

  const { playwright, pytest, curl, scenario } = await asCode(page);
  assert.equal(scenario, [
    'title = "As clicked"', 'profile = "sesame"', 'steps = [', '  { insert = "sesame-card" },', '  { next_atc = "00B4" },', '  { tries_left = 2 },',
    '  { mend = true },', '  { fault = { kind = "status_word", sw = "6985", stage = "generate_ac" } },', '  { press = "CODE" },',
    '  { pin = "1234" },', '  { mend = true },', '  { advance = 2 },', '  { press = ["OK", "CODE"] },', '  { pin = "1234" },',
    '  { expect_state = "code" },', '  { expect_new_code = true },', ']', ''].join('\n'));
  assert.match(play(scenario), /1 passed/);

  // pytest and curl are run by the programs themselves, Playwright's with a reader of the client in the place of its own.
  const folder = mkdtempSync(join(tmpdir(), 'sesame-as-code-'));
  const client = join(import.meta.dirname, '../../../sim/clients');
  try {
    assert.match(execFileSync('bash', ['-euc', curl], { encoding: 'utf8' }), /^Code Sésame\n\d{4} \d{4}/);
    writeFileSync(join(folder, 'test_clicked.py'), pytest);
    const said = execFileSync(process.env.SESAME_PYTEST, ['-q', '-p', 'no:cacheprovider', '-p', 'sesame_sim.pytest_plugin', '--sesame-url', simulator.url, folder],
      { encoding: 'utf8', env: { ...process.env, PYTHONPATH: join(client, 'python'), PYTHONDONTWRITEBYTECODE: '1' } });
    assert.match(said, /1 passed/);
    assert.match(playwright, /^import \{ test as base, expect \} from '@playwright\/test';\nimport \{ withSesame \} from 'sesame-sim\/playwright';\n/);
    const { Simulator } = await import(join(client, 'js/index.js'));
    const [, options] = /test\.use\(\{ readerOptions: (.*) \}\);/.exec(playwright);
    const [, body] = /async \(\{ reader \}\) => \{\n(.*)\}\);/s.exec(playwright);
    const expect = (text) => ({ toMatch: (pattern) => assert.match(text, pattern), toBe: (wanted) => assert.equal(text, wanted) });
    const Body = Object.getPrototypeOf(async () => {}).constructor;
    const reader = await new Simulator(simulator.url).createReader(new Function(`return ${options}`)());
    await new Body('reader', 'expect', body)(reader, expect);
    assert.equal((await reader.get()).atc, '00B5');
    await reader.delete();
  } finally {
    rmSync(folder, { recursive: true });
  }

  await page.keyboard.press('s');
  await page.locator('#as-code[open]').waitFor();
  await shot('26-as-code');
  await button(page, 'Begin anew').click();
  await page.getByText('Nothing was done with this reader yet').waitFor();
  await page.keyboard.press('Escape');
});

onPage('as code, a screen that says something is said, and a dark one too; it can be copied', { permissions: ['clipboard-read', 'clipboard-write'] }, async (setup) => {
  const { page, state } = setup;
  await card(page).click();
  await state('choose_function');
  const { scenario, playwright } = await asCode(page);
  assert.match(scenario, /\{ insert = "sesame-card" \},\n {2}\{ screen = "Choisir la\\nfonction" \},\n\]/);
  assert.match(playwright, /expect\(\(await reader\.screen\(\)\)\.text\)\.toBe\('Choisir la\\nfonction'\);/);
  assert.match(play(scenario), /1 passed/);
  await button(page, 'Next event').click();
  await state('off');
  const dark = (await asCode(page)).scenario;
  assert.match(dark, /\{ next_deadline = true \},\n {2}\{ dark = true \},/);
  assert.match(play(dark), /1 passed/);
  await page.keyboard.press('s');
  await page.locator('#code-copy').click();
  await button(page, 'Copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator('#code-text').textContent());
  await page.keyboard.press('Escape');
});

onPage('a reader that had a card before the page came begins with it, and numbers are entered', { reader: { clock: 'virtual', profile: 'vasco-810', card: 'bank-card' } },
  async (setup) => {
    const { page, state } = setup;
    await state('choose_function');
    const sent = listenToOrders(page);
    await key(page, 'M1').click();
    await sent.next();
    await state('prompt');
    await page.keyboard.type('12345678');
    await page.keyboard.press('Enter');
    await state('pin');
    await printedPin(page).click();
    await state('code');
    const { scenario } = await asCode(page);
    assert.match(scenario, /profile = "vasco-810"\nsteps = \[\n {2}\{ insert = "bank-card" \},\n {2}\{ press = "M1" \},\n {2}\{ enter = "12345678" \},\n {2}\{ pin = "1234" \},/);
    assert.match(play(scenario), /1 passed/);
  });

test('of a real card’s PIN nothing is kept, and no program is told it in its arguments', async () => {
  const web = join(import.meta.dirname, '../../../sim/web');
  const { createRecorder, kSecret, steps } = await import(join(web, 'recorder.js'));
  const recorder = createRecorder();
  const reader = (state, kind) => ({ id: 'r2', state, faults: [], card: { name: 'the card in Reader 00', kind } });
  for (const key of ['1', '9', '8', '4', 'OK']) recorder.note(reader('pin', 'pcsc'), { do: 'press', key });
  const done = steps(recorder.of(reader('working', 'pcsc')));
  assert.deepEqual(done, [{ do: 'insert', card: { pcsc: 'Reader 00' } }, { do: 'pin', text: kSecret.repeat(4) }]);
  recorder.forget(reader('pin', 'pcsc'));
  for (const key of ['1', '9', '8', '4', 'OK']) recorder.note(reader('pin', 'virtual'), { do: 'press', key });
  assert.deepEqual(steps(recorder.of(reader('working', 'virtual'))).at(-1), { do: 'pin', text: '1984' });

  // What the dialog would say, where there is a document.
  const texts = readFileSync(join(web, 'as-code.js'), 'utf8');
  const [, loop] = /kTypeRealPin = `(.*)`;/.exec(texts);
  const said = execFileSync('bash', ['-euc', `api() { cat; echo; }; reader=r; PIN=1984; ${loop.replace('${kRealPin}', 'PIN')}`], { encoding: 'utf8' });
  assert.equal(said, ['1', '9', '8', '4', 'OK'].map((each) => `{"keys":["${each}"]}\n`).join(''));
});
