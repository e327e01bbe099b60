// Which reader the page shows: one that is gone, one after a restart, another model, the one that it begins with, and
// as many at once as there are tabs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  api, button, card, insertAndChoose, isShown, kSizes, key, listenToOrders, named, openPage, printedPin, settled, startSimulator,
  showing, tabTo, toCode, until,
} from './setup.mjs';
import { browser, closeShared, onPage, simulator } from './world.mjs';

const gone = (page) => page.getByText('This reader is gone').waitFor();
const reader = (id) => api(simulator.url, 'GET', `/v1/readers/${id}`);
const lcdIsLit = async (page) => (await page.locator('#lcd.lit').count()) === 1;

// ---- gone, unknown

for (const address of ['#unknown', '#%E0%A4%A', '#a/b']) {
  onPage(`${address} is no reader, and gets no keys; neither does the reader before`, { refused: true }, async (setup) => {
    const { page, id, state } = setup;
    await insertAndChoose(setup);
    const { revision } = await reader(id);
    await page.evaluate((wanted) => { location.hash = wanted; }, address);
    await gone(page);
    const sent = listenToOrders(page);
    await page.keyboard.type('1234');
    await page.keyboard.press('Enter');
    await page.evaluate(() => {
      for (const each of document.querySelectorAll('#main button')) each.click();
    });
    await settled(page);
    assert.deepEqual(sent.take(), []);
    assert.equal((await reader(id)).revision, revision);
    assert.equal(await lcdIsLit(page), false);
    assert.equal(await page.locator('#hint').textContent(), '');

    await page.goBack();
    await state('pin');
    assert.equal(await page.locator('#banner').isVisible(), false);
    await page.keyboard.press('1');
    assert.deepEqual(await sent.next(), ['POST /keys {"keys":["1"]}']);
  });
}

onPage('an address without a reader says so from the start, and another one can be taken by keyboard alone',
  { reader: null, refused: true }, async ({ page, state }) => {
    await page.goto(`${simulator.url}/#nobody`);
    await page.reload();
    await gone(page);
    await tabTo(page, '#banner button');
    await page.keyboard.press('Enter');
    await state('off');
    await card(page).click();
    await state('choose_function');
  });

// ---- a restart

test('after a restart the page shows what is there', async () => {
  let own = await startSimulator('--clock', 'virtual');
  const port = new URL(own.url).port;
  const first = await openPage(browser, own.url, { reader: null });
  const second = await openPage(browser, own.url);
  for (const setup of [first, second]) await toCode(setup);
  await second.page.locator('[data-kind=slow] input[name=ms]').fill('5000');
  await second.page.locator('[data-kind=slow] .switch').click();
  await second.page.locator('.faults li[data-kind=slow].on').waitFor();
  const old = await api(own.url, 'GET', '/v1/readers/default');
  await own.stop();
  await first.page.getByText('Connection lost').waitFor();
  await first.page.keyboard.press('Enter');
  await first.page.getByText('The simulator does not answer').waitFor();
  own = await startSimulator('--clock', 'virtual', '--profile', 'vasco-810', '--port', port);

  await first.state('off');
  await key(first.page, 'M1').waitFor();
  await first.page.locator('#log-empty').waitFor();
  await first.page.locator('#banner').waitFor({ state: 'hidden' });
  assert.ok((await api(own.url, 'GET', '/v1/readers/default')).revision < old.revision);
  await card(first.page).click();
  await first.state('choose_function');
  await first.page.keyboard.press('F1');
  await first.state('prompt');

  await gone(second.page);
  const sent = listenToOrders(second.page);
  await second.page.keyboard.type('1234');
  await settled(second.page);
  assert.deepEqual(sent.take(), []);
  for (const size of kSizes) {
    await second.page.setViewportSize(size);
    await settled(second.page);
    await second.shot(`18-gone-${size.width}`);
    await button(second.page, 'Take another').click({ trial: true });
  }
  // No reader of this start has the name of one before it: the page stays without one, until another is taken, which has
  // nothing of the old one.
  const { id } = await api(own.url, 'POST', '/v1/readers', { profile: 'random-reader' });
  assert.notEqual(id, second.id);
  await settled(second.page);
  await gone(second.page);
  await button(second.page, 'Take another').click();
  await second.page.getByText('This reader is gone').waitFor({ state: 'hidden' });
  assert.equal(await second.page.inputValue('[data-kind=slow] input[name=ms]'), '3000');
  assert.equal(await second.page.locator('.faults li.on').count(), 0);
  await Promise.all([first.close(), second.close()]);
  assert.equal(await own.stop(), 0);
});

// ---- a token

test('where a token is wanted after a restart, a user who leaves the dialog by Escape can come back to it', async () => {
  const before = await startSimulator();
  const setup = await openPage(browser, before.url, { reader: null });
  const { page } = setup;
  await before.stop();
  const other = await startSimulator('--allow-real-cards', '--port', new URL(before.url).port);
  await page.locator('#sign-in[open]').waitFor();
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('That is not the token').waitFor();
  for (const size of kSizes) {
    await page.setViewportSize(size);
    await page.keyboard.press('Escape');
    await page.getByText('The simulator wants its token').waitFor();
    await setup.shot(`18-no-token-${size.width}`);
    assert.equal(await page.locator('#sign-in').isVisible(), false);
    await button(page, 'Enter it').click();  // with a mouse …
    await page.locator('#sign-in[open]').waitFor();
  }
  await page.keyboard.press('Escape');
  await tabTo(page, '#banner button');       // … and by keyboard
  await page.keyboard.press('Enter');
  await page.keyboard.type(other.token);
  await page.keyboard.press('Enter');
  await setup.state('off');
  await page.locator('#banner').waitFor({ state: 'hidden' });
  await card(page).click();
  await setup.state('choose_function');

  await page.context().clearCookies();
  await page.reload();
  await page.locator('#sign-in[open]').waitFor();
  await other.stop();
  await page.keyboard.type(other.token);
  await page.keyboard.press('Enter');
  await page.locator('#sign-in').getByText('The simulator does not answer').waitFor();
  await setup.close();
});

// ---- another model, another clock

for (const size of kSizes) {
  onPage(`another model keeps the card, and Back goes back, at ${named(size)}`, { viewport: size }, async (setup) => {
    const { page, id, state } = setup;
    await page.locator('#cards [data-name=bank-card]').click();
    await card(page).click();
    await state('choose_function');
    await api(simulator.url, 'PATCH', `/v1/readers/${id}/card/state`, { last_atc: '0100', tries_left: 2 });
    await button(page, 'Vasco 810').click();
    await key(page, 'M1').waitFor();
    await page.locator('#card.in[data-card=bank-card]').waitFor();
    await until(async () => await page.inputValue('#atc') === '0100');
    assert.equal(await page.locator('#tries').inputValue(), '2');
    assert.ok(await page.locator('#cards [data-name=bank-card][aria-pressed=true]').isVisible());

    await button(page, 'PINsentry').click();
    await key(page, 'IDENTIFY').waitFor();
    await page.goBack();
    await key(page, 'M1').waitFor();
    await page.goBack();
    await key(page, 'CODE').waitFor();
    await isShown(page, id);
    await page.locator('#card.in').waitFor();
    assert.equal(await page.locator('#banner').isVisible(), false);
    await page.keyboard.press('a');
    await state('pin');
    await page.goForward();
    await key(page, 'M1').waitFor();
    await page.locator('#card.in').waitFor();
  });
}

onPage('another model keeps the card that lies in front of the slot', {}, async ({ page }) => {
  await page.locator('#cards [data-name=belgian-card]').click();
  await button(page, 'Random Reader').click();
  await key(page, 'S').waitFor();
  await page.locator('#card[data-card=belgian-card]:not(.in)').waitFor();
  await button(page, 'Real').click();
  await page.waitForSelector('[data-clock=real][aria-pressed=true]');
  await page.locator('#card[data-card=belgian-card]:not(.in)').waitFor();
});

onPage('a card that only its owner has stays in the reader before, and the page says so', {}, async ({ page, id, state }) => {
  const transcript = '> 00A40400 02 3F00\n< 6A82\n';
  await api(simulator.url, 'PUT', `/v1/readers/${id}/card`, { transcript, name: 'mine' });
  await page.locator('#card.in').waitFor();
  await button(page, 'Vasco 810').click();
  await page.getByText('The card “mine” stays in the reader before').waitFor();
  await key(page, 'M1').waitFor();
  await page.locator('#card[data-card=sesame-card]:not(.in)').waitFor();
  await card(page).click();
  await state('choose_function');
  await page.goBack();
  await page.locator('#card.in[data-card=own]').waitFor();
});

test('with durable cards another model takes the one card there is', async () => {
  const { mkdtempSync, rmSync } = await import('node:fs');
  const folder = mkdtempSync('/tmp/sesame-web-state-');
  const own = await startSimulator('--state', folder, '--clock', 'virtual');
  const setup = await openPage(browser, own.url);
  await toCode(setup);
  await button(setup.page, 'Vasco 810').click();
  await key(setup.page, 'M1').waitFor();
  await setup.page.locator('#card.in').waitFor();
  assert.equal(await setup.page.locator('#atc').inputValue(), '0001');
  assert.equal((await api(own.url, 'GET', `/v1/readers/${setup.id}`)).card, null);
  await setup.close();
  await own.stop();
  rmSync(folder, { recursive: true });
});

// ---- the reader that the page begins with

for (const size of kSizes) {
  onPage(`the reader that the page begins with cannot be deleted, at ${named(size)}`, { viewport: size, reader: null }, async (setup) => {
    const answer = await fetch(`${simulator.url}/v1/readers/default`, { method: 'DELETE' });
    assert.equal(answer.status, 409);
    const { code, hint } = await answer.json();
    assert.equal(code, 'reader_stays');
    assert.match(hint, /reset/);
    await setup.page.reload();
    await setup.page.waitForSelector(showing('default'), { state: 'attached' });
    await toCode(setup);
    await api(simulator.url, 'POST', '/v1/readers/default/reset');
    await setup.state('off');
  });
}

// ---- many tabs

// How many streams the simulator feeds. It notices that one has gone when it has something to say.
async function streams() {
  const { id } = await api(simulator.url, 'POST', '/v1/readers', {});
  await api(simulator.url, 'DELETE', `/v1/readers/${id}`);
  const text = await (await fetch(`${simulator.url}/metrics`)).text();
  return Number(/^sesame_waiting (\d+)$/m.exec(text)[1]);
}
const streamsAre = (wanted) => until(async () => await streams() === wanted);

for (const size of kSizes) {
  test(`seven tabs share one stream, and keys work in each, at ${named(size)}`, async () => {
    const context = await browser.newContext({ viewport: size, locale: 'en-GB', reducedMotion: 'reduce' });
    context.setDefaultTimeout(10000);
    await closeShared();
    await streamsAre(0);
    const tabs = [];
    for (let tab = 0; tab < 7; tab += 1) {
      const { id } = await api(simulator.url, 'POST', '/v1/readers', { card: 'sesame-card' });
      const page = await context.newPage();
      await page.goto(`${simulator.url}/#${id}`);
      await page.waitForSelector('html[data-state=choose_function]');
      tabs.push({ id, page });
    }
    await streamsAre(1);
    for (const { id, page } of tabs) {
      await key(page, 'CODE').click();
      await page.waitForSelector('html[data-state=pin]');
      await page.keyboard.type('12');
      // Both have arrived: what follows comes from elsewhere, and may not overtake them.
      await until(async () => JSON.stringify((await api(simulator.url, 'GET', `/v1/readers/${id}`)).screen).includes('**'));
    }
    // What another client does is seen in its tab, and in no other.
    for (const { id } of tabs) await api(simulator.url, 'POST', `/v1/readers/${id}/keys`, { keys: ['3', '4', 'OK'] });
    for (const { page } of tabs) await page.waitForSelector('html[data-state=code]');
    await streamsAre(1);
    await context.close();
    await streamsAre(0);
  });
}

test('a hidden tab follows nothing, and catches up when it is shown again', async () => {
  await closeShared();
  await streamsAre(0);
  const setup = await openPage(browser, simulator.url);
  const { page } = setup;
  const look = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await streamsAre(1);
  await look(true);
  await streamsAre(0);
  await api(simulator.url, 'PUT', `/v1/readers/${setup.id}/card`, 'sesame-card');
  await settled(page);
  assert.equal(await page.getAttribute('html', 'data-state'), 'off');
  await look(false);
  await setup.state('choose_function');
  await page.locator('.apdu').first().waitFor();
  await setup.close();
});

test('a browser without shared workers follows by itself', async () => {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
  await context.addInitScript(() => { delete globalThis.SharedWorker; });
  const { id } = await api(simulator.url, 'POST', '/v1/readers', {});
  const page = await context.newPage();
  await page.goto(`${simulator.url}/#${id}`);
  await page.waitForSelector('html[data-state=off]');
  await api(simulator.url, 'PUT', `/v1/readers/${id}/card`, 'sesame-card');
  await page.waitForSelector('html[data-state=choose_function]');
  await context.close();
});

onPage('a line of the log that was opened stays open while the page catches up', {}, async (setup) => {
  const { page } = setup;
  await toCode(setup);
  await page.locator('.apdu summary').nth(2).click();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));  // asks for everything anew
  await page.waitForResponse('**/trace');
  await button(page, 'FR, Français').click();
  await page.getByText('Copier le code').waitFor();
  assert.equal(await page.locator('.apdu[open]').count(), 1);
  await printedPin(page).waitFor();
});
