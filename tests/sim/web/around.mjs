// What is around one reader: all of them at once, the shortcuts, the API's description, the title of the tab, and the
// display that stays in sight.
import assert from 'node:assert/strict';
import { api, button, card, findings, focusedIn, insertAndChoose, isShown, key, kSizes, listenToOrders, settled, tabTo, toCode, until } from './setup.mjs';
import { onPage, simulator } from './world.mjs';

// ---- all readers

const tile = (page, id) => page.locator(`.tile[data-id="${id}"]`);
const inOverview = (page) => page.waitForSelector('html[data-state=overview]', { state: 'attached' });
// Whether its display shows something: some dot is as dark as ink.
const isDrawn = (canvas) => canvas.evaluate((drawn) => {
  const pen = Object.assign(document.createElement('canvas'), { width: drawn.width, height: drawn.height })
    .getContext('2d', { willReadFrequently: true });
  pen.drawImage(drawn, 0, 0);
  return pen.getImageData(0, 0, drawn.width, drawn.height).data.some((each, at) => at % 4 === 3 && each > 200);
});
const hasDots = (page, id) => isDrawn(tile(page, id).locator('canvas'));

onPage('all readers are seen at once, each with its display, and what happens in one is seen as it happens', { refused: true }, async (setup) => {
  const { page, id, shot } = setup;
  const { id: other } = await api(simulator.url, 'POST', '/v1/readers', { profile: 'vasco-810', card: 'bank-card' });
  await page.getByRole('link', { name: 'All readers' }).click();
  await inOverview(page);
  await tile(page, other).getByText('Vasco 810 · French bank card').waitFor();
  await tile(page, other).getByText('waits for a function').waitFor();
  await until(() => hasDots(page, other));
  assert.equal(await hasDots(page, id), false);
  await api(simulator.url, 'PUT', `/v1/readers/${id}/card`, 'sesame-card');
  await tile(page, id).getByText('Sésame card').waitFor();
  await until(() => hasDots(page, id));
  await shot('20-overview');
  const { id: later } = await api(simulator.url, 'POST', '/v1/readers', { profile: 'pinsentry' });
  await tile(page, later).getByText('PINsentry').waitFor();
  await api(simulator.url, 'DELETE', `/v1/readers/${later}`);
  await tile(page, later).waitFor({ state: 'detached' });

  await tile(page, other).getByRole('link').click();
  await isShown(page, other);
  await key(page, 'M1').waitFor();
  await page.goBack();
  await inOverview(page);
  await api(simulator.url, 'DELETE', `/v1/readers/${other}`);
});

onPage('readers are searched for by any of their words', { refused: true }, async ({ page, id }) => {
  const { id: other } = await api(simulator.url, 'POST', '/v1/readers', { profile: 'postfinance', card: 'belgian-card' });
  await page.keyboard.press('o');
  await inOverview(page);
  await tile(page, other).waitFor();
  await page.keyboard.press('/');
  for (const words of ['postfinance', 'belgian', `POSTF ${other}`]) {
    await page.locator('#overview-find').fill(words);
    await tile(page, id).waitFor({ state: 'detached' });
    assert.equal(await tile(page, other).count(), 1, words);
  }
  await page.locator('#overview-find').fill('nothing has this');
  await page.getByText('No reader has these words').waitFor();
  await page.locator('#overview-find').fill('');
  await tile(page, id).waitFor();
  await until(() => hasDots(page, other));
  await api(simulator.url, 'DELETE', `/v1/readers/${other}`);
});

onPage('a reader is deleted by two clicks, by keyboard too, and the one that the page begins with is not', {}, async ({ page, id }) => {
  const { id: other } = await api(simulator.url, 'POST', '/v1/readers', {});
  await page.keyboard.press('o');
  await inOverview(page);
  assert.equal(await tile(page, 'default').getByRole('button', { name: 'Delete' }).count(), 0);
  const sent = listenToOrders(page);
  await button(tile(page, other), `Delete ${other}`).click();
  await tabTo(page, '#overview-find');  // not this time
  await button(tile(page, other), `Delete ${other}`).waitFor();
  assert.deepEqual(sent.take(), []);
  await button(tile(page, other), `Delete ${other}`).click();
  await button(tile(page, other), `Delete ${other} for good`).click();
  await tile(page, other).waitFor({ state: 'detached' });
  await tabTo(page, `[data-id="${id}"] .remove`);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await tile(page, id).waitFor({ state: 'detached' });
  const { readers } = await api(simulator.url, 'GET', '/v1/readers');
  assert.ok(!readers.some((each) => [id, other].includes(each.id)));
});

onPage('a reader is given a label, by keyboard alone, and found by it', {}, async ({ page, id }) => {
  await page.keyboard.press('o');
  await inOverview(page);
  await tile(page, id).waitFor();
  await tabTo(page, `[data-id="${id}"] .rename`);
  await page.keyboard.press('Enter');
  await page.keyboard.type('login <b>test</b>');
  await page.keyboard.press('Enter');
  await tile(page, id).locator('strong', { hasText: 'login <b>test</b>' }).waitFor();
  assert.equal((await api(simulator.url, 'GET', `/v1/readers/${id}`)).label, 'login <b>test</b>');
  assert.ok(await focusedIn(page, '.rename'));
  await page.keyboard.press('Enter');
  await page.keyboard.type('something else');
  await page.keyboard.press('Escape');
  assert.equal((await api(simulator.url, 'GET', `/v1/readers/${id}`)).label, 'login <b>test</b>');
  await page.locator('#overview-find').fill('login');
  await tile(page, 'default').waitFor({ state: 'detached' });
  await page.locator('#overview-find').fill('');
  await tile(page, 'default').waitFor();
  await tile(page, id).getByRole('link').click();
  await isShown(page, id);
  await until(async () => await page.title() === 'login <b>test</b> · off – Sésame');
  await api(simulator.url, 'PATCH', `/v1/readers/${id}`, { label: 'another' });
  await until(async () => await page.title() === 'another · off – Sésame');
  await until(async () => (await page.locator('#readers option:checked').textContent()).startsWith('another'));
});

onPage('in the overview no key reaches a reader, and by the arrow keys one is reached', {}, async ({ page, id }) => {
  await page.keyboard.press('o');
  await inOverview(page);
  await tile(page, id).waitFor();
  const sent = listenToOrders(page);
  await page.keyboard.type('1a');
  await page.keyboard.press('Enter');
  await settled(page);
  assert.deepEqual(sent.take(), []);
  await tabTo(page, '.tile a');
  for (let steps = 0; steps < 50 && !await page.evaluate((wanted) => document.activeElement.closest('.tile').dataset.id === wanted, id); steps += 1) {
    await page.keyboard.press('ArrowRight');
  }
  await page.keyboard.press('Enter');
  await isShown(page, id);
  await page.keyboard.press('o');
  await inOverview(page);
  await page.keyboard.press('o');
  await isShown(page, id);
});

onPage('a new reader is a click away from the overview', {}, async ({ page, id, state }) => {
  await page.keyboard.press('o');
  await inOverview(page);
  await button(page, 'New reader').click();
  await state('off');
  assert.notEqual(new URL(page.url()).hash, `#${id}`);
  await card(page).click();
  await state('choose_function');
});

// ---- shortcuts

onPage('? shows the shortcuts, and takes them away again', {}, async ({ page, shot }) => {
  await page.keyboard.press('?');
  await page.locator('#help[open]').getByText('C held down').waitFor();
  await page.locator('#help').getByText('CODE', { exact: true }).waitFor();
  await shot('21-shortcuts');
  const sent = listenToOrders(page);
  await page.keyboard.type('1');
  await settled(page);
  assert.deepEqual(sent.take(), []);
  await page.keyboard.press('?');
  await page.locator('#help').waitFor({ state: 'hidden' });
  await button(page, 'Shortcuts').click();
  await page.locator('#help[open]').waitFor();
  await page.keyboard.press('Escape');
});

// host/terminal/keyboard.hpp and sim/tui/model.cpp
onPage('the keys are those of the terminal', {}, async (setup) => {
  const { page, state } = setup;
  const sent = listenToOrders(page);
  const does = async (typed, order) => {
    await page.keyboard.press(typed);
    assert.deepEqual(await sent.next(), [order], typed);
  };
  await does('i', 'PUT /card "sesame-card"');
  await state('choose_function');
  await page.keyboard.press('i');  // it is in
  await settled(page);
  assert.deepEqual(sent.take(), []);
  await does('a', 'POST /keys {"keys":["CODE"]}');
  await does('7', 'POST /keys {"keys":["7"]}');
  await does('c', 'POST /keys {"keys":["C"]}');
  await does('C', 'POST /keys {"keys":[{"hold":"C"}]}');
  await state('choose_function');
  await does('+', 'POST /clock {"advance_ms":1000}');
  await does('n', 'POST /clock {"to":"next-deadline"}');
  await does('>', 'POST /clock {"advance_ms":35000}');
  await does('e', 'DELETE /card');
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('#card:not([data-card=sesame-card])').waitFor();
  await page.keyboard.press('p');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await key(page, 'M1').waitFor();
  sent.take();
  await does('b', 'POST /keys {"keys":["M2"]}');
  await page.keyboard.press('t');
  await page.waitForSelector('[data-clock=real][aria-pressed=true]');
});

// ---- the description of the API

onPage('/docs describes each request of openapi.json, and takes nothing from elsewhere', {}, async ({ page, shot }) => {
  await page.getByRole('link', { name: 'API' }).click();
  await page.waitForSelector('html[data-state=there]');
  const { paths } = await api(simulator.url, 'GET', '/openapi.json');
  const wanted = Object.values(paths).flatMap((methods) => Object.values(methods).map((each) => each.operationId).filter(Boolean));
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('.operation')].map((each) => each.id).sort()), wanted.sort());
  await shot('22-docs');
  const command = await page.locator('#otp pre').textContent();
  assert.match(command, /^curl -s -d '\{.*"pin":"/);
  assert.deepEqual(await findings(page), []);

  await page.keyboard.press('/');
  await page.keyboard.type('faults');
  await page.locator('#setFaults').waitFor();
  await page.locator('#otp').waitFor({ state: 'hidden' });
  await page.getByRole('navigation').getByRole('link', { name: /What can be broken/ }).click();
  assert.equal(new URL(page.url()).hash, '#listFaults');
  await page.setViewportSize(kSizes[2]);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= kSizes[2].width);
  await page.goto(`${simulator.url}/docs#moveClock`);
  await page.waitForSelector('html[data-state=there]');
  assert.ok(await page.locator('#moveClock h3').isVisible());
});

onPage('what /docs says with curl is taken by the API', {}, async ({ page }) => {
  await page.goto(`${simulator.url}/docs`);
  await page.waitForSelector('html[data-state=there]');
  const { paths } = await api(simulator.url, 'GET', '/openapi.json');
  const wanted = Object.values(paths).flatMap((methods) => Object.values(methods))
    .filter((each) => each.requestBody?.content['application/json'])
    .map((each) => each.operationId).filter((each) => each !== 'createSession');
  assert.ok(wanted.length > 0);
  for (const operation of wanted) {
    // A command is for a reader with a cable.
    const profile = operation === 'commandReader' ? 'edentifier2' : 'sesame';
    const { id } = await api(simulator.url, 'POST', '/v1/readers', { profile, card: 'sesame-card' });
    const text = await page.locator(`#${operation} pre`).textContent();
    const [, method, body, url] = /^curl -s (?:-X (\w+) )?-d '(.*)' (\S+)$/.exec(text);
    const answer = await fetch(url.replace('/default', `/${id}`), { method: method ?? 'POST', body });
    assert.ok(answer.ok, `${text}: ${await answer.text()}`);
    await api(simulator.url, 'DELETE', `/v1/readers/${id}`);
  }
});

// ---- the tab, the device, the display

onPage('the tab says which reader it is about, and what it does', {}, async (setup) => {
  const { page, id } = setup;
  const title = (wanted) => until(async () => await page.title() === `${wanted} – Sésame`);
  await title(`${id} · off`);
  await toCode(setup);
  await title(`${id} · shows a code`);
  await button(page, 'FR, Français').click();
  await title(`${id} · montre un code`);
  await button(page, 'EN, English').click();
  await page.keyboard.press('o');
  await title('All readers');
});

// In English some of the words are the API's own.
onPage('each state of a reader has words in French', {}, async ({ page }) => {
  const { components } = await api(simulator.url, 'GET', '/openapi.json');
  const states = components.schemas.State.enum;
  assert.ok(states.length > 10);
  await button(page, 'FR, Français').click();
  assert.deepEqual(await page.evaluate(async (all) => {
    const { stateName } = await import('/assets/text.js');
    return all.filter((each) => stateName(each) === each);
  }, states), ['menu']);
});

onPage('on a phone the display stays in sight while the page is scrolled, and leads back', { viewport: kSizes[2] }, async (setup) => {
  const { page, shot } = setup;
  await toCode(setup);
  const glance = page.locator('#glance');
  assert.equal(await glance.isVisible(), false);
  await page.locator('#log').scrollIntoViewIfNeeded();
  await glance.waitFor();
  const { y } = await glance.boundingBox();
  assert.equal(y, 0);
  await until(() => isDrawn(page.locator('#glance-dots')));
  await shot('23-glance');
  await glance.click();
  await glance.waitFor({ state: 'hidden' });
  assert.ok(await key(page, 'CODE').isVisible());
});

onPage('nothing moves when a card goes in and its counters appear', {}, async (setup) => {
  const { page, state } = setup;
  const places = () => page.evaluate(() => [...document.querySelectorAll('.panel, .panel button, .panel input, .panel select')]
    .filter((each) => each.checkVisibility() && !each.closest('.log-panel'))
    .map((each) => {
      const { x, y, width, height } = each.getBoundingClientRect();
      return [each.id || each.dataset.name || each.name || each.textContent.trim().slice(0, 20), x, y, width, height].join(' ');
    }));
  const before = await places();
  assert.ok(before.length > 50);
  assert.equal(await page.locator('#atc').isDisabled(), true);
  await card(page).click();
  await state('choose_function');
  await page.locator('#atc:enabled').waitFor();
  assert.deepEqual(await places(), before);
});

onPage('the device is as large as its column and the window let it be', {}, async ({ page }) => {
  for (const [viewport, least] of [[{ width: 1920, height: 1080 }, 430], [{ width: 1280, height: 800 }, 330], [{ width: 390, height: 844 }, 330]]) {
    await page.setViewportSize(viewport);
    const { device, column, bottom } = await page.evaluate(() => {
      const box = (selector) => document.querySelector(selector).getBoundingClientRect();
      return { device: box('.body').width, column: box('.stage').width, bottom: box('.body').bottom };
    });
    assert.ok(device >= least && device <= column, `${device} in ${column} at ${viewport.width}`);
    assert.ok(viewport.width < 800 || bottom <= viewport.height, `${bottom}`);
  }
});

onPage('the window’s links and buttons are worked by keyboard alone', {}, async ({ page }) => {
  await tabTo(page, '#to-help');
  await page.keyboard.press('Enter');
  await page.locator('#help[open]').waitFor();
  await page.keyboard.press('Enter');  // Close has the focus
  await page.locator('#help').waitFor({ state: 'hidden' });
  await tabTo(page, '#to-overview');
  await page.keyboard.press('Enter');
  await inOverview(page);
  await page.goBack();
  await page.waitForSelector('html:not([data-state=overview])');
});

onPage('a reader that goes while it is pulled up in the overview is no error', {}, async (setup) => {
  await insertAndChoose(setup);
  await setup.page.keyboard.press('o');
  await inOverview(setup.page);
  await until(() => hasDots(setup.page, setup.id));
  await api(simulator.url, 'DELETE', `/v1/readers/${setup.id}`);
  await tile(setup.page, setup.id).waitFor({ state: 'detached' });
  assert.equal(await setup.page.locator('#banner').isVisible(), false);
});
