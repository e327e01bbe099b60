// What is written and switched beside the reader: faults and counters; and that what is refused can be read.
import assert from 'node:assert/strict';
import { api, button, card, insertAndChoose, isShown, kSizes, listenToOrders, named, settled, tabTo, until } from './setup.mjs';
import { onPage, simulator } from './world.mjs';

const row = (page, kind) => page.locator(`.faults li[data-kind=${kind}]`);
const toggle = (page, kind) => row(page, kind).locator('.switch').click();
const field = (page, kind, name) => row(page, kind).locator(`input[name=${name}]`);
const isOn = (page, kind) => row(page, kind).getByRole('switch').isChecked();
const toast = (page) => page.locator('#toast');
const goTo = async (page, id) => {
  await page.evaluate((wanted) => { location.hash = wanted; }, id);
  await isShown(page, id);
};
const faultsOf = async (id) => (await api(simulator.url, 'GET', `/v1/readers/${id}`)).faults;

// At its four corners and in its middle nothing lies over it.
const isOnTop = (page, selector) => page.evaluate((wanted) => {
  const element = document.querySelector(wanted);
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const at = [[left + 12, top + 4], [right - 12, top + 4], [left + 12, bottom - 4], [right - 12, bottom - 4],
    [(left + right) / 2, (top + bottom) / 2]];
  return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight
    && at.every(([x, y]) => element.contains(document.elementFromPoint(x, y)));
}, selector);

for (const size of kSizes) {
  onPage(`what is refused is said over everything, and goes at a click, at ${named(size)}`, { viewport: size, refused: true },
    async ({ page, id, shot }) => {
      await field(page, 'stuck_key', 'key').fill('Z');
      await toggle(page, 'stuck_key');
      await toast(page).waitFor();
      assert.match(await toast(page).textContent(), /the reader has no key 'Z'/);
      assert.ok(await isOnTop(page, '#toast'));
      await shot(`17-refused-${size.width}`);
      await toast(page).click();
      await toast(page).waitFor({ state: 'hidden' });

      // The banner, too, wherever the page is scrolled to.
      await api(simulator.url, 'DELETE', `/v1/readers/${id}`);
      await page.locator('#banner').waitFor();
      assert.ok(await isOnTop(page, '#banner'));
    });
}

onPage('Escape takes a message away', { refused: true }, async ({ page }) => {
  await field(page, 'stuck_key', 'key').fill('Z');
  await toggle(page, 'stuck_key');
  await toast(page).waitFor();
  await page.keyboard.press('Escape');
  await toast(page).waitFor({ state: 'hidden' });
});

// ---- faults

for (const size of kSizes) {
  onPage(`a fault that is refused is off again, and hinders no other, at ${named(size)}`, { viewport: size, refused: true }, async ({ page, id }) => {
    await field(page, 'stuck_key', 'key').fill('Z');
    await toggle(page, 'stuck_key');
    await toast(page).waitFor();
    assert.equal(await isOn(page, 'stuck_key'), false);
    assert.equal(await field(page, 'stuck_key', 'key').inputValue(), 'Z');  // to be mended
    await toggle(page, 'mute');
    await page.locator('.faults li[data-kind=mute].on').waitFor();
    assert.deepEqual(await faultsOf(id), [{ kind: 'mute', at: 0 }]);
    await field(page, 'stuck_key', 'key').fill('5');
    await toggle(page, 'stuck_key');
    await page.locator('.faults li[data-kind=stuck_key].on').waitFor();
  });
}

for (const size of kSizes) {
  onPage(`by keyboard alone a refused fault is off again, too, at ${named(size)}`, { viewport: size, refused: true }, async ({ page, id }) => {
    await tabTo(page, '[data-kind=stuck_key] input[name=key]');
    await page.keyboard.type('Q');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await toast(page).waitFor();
    assert.equal(await isOn(page, 'stuck_key'), false);
    assert.deepEqual(await faultsOf(id), []);
  });
}

onPage('a fault that is on keeps what it has when another value is refused', {}, async ({ page, id }) => {
  await toggle(page, 'slow');
  await page.locator('.faults li[data-kind=slow].on').waitFor();
  await field(page, 'slow', 'ms').fill('3600001');
  await field(page, 'slow', 'ms').press('Enter');
  await toast(page).waitFor();
  assert.match(await toast(page).textContent(), /Card is slow: ms: a whole number from 0 to 3600000/);
  assert.equal(await isOn(page, 'slow'), true);
  assert.equal(await field(page, 'slow', 'ms').inputValue(), '3000');
  assert.deepEqual(await faultsOf(id), [{ kind: 'slow', ms: 3000 }]);
});

const kLimits = [
  { kind: 'slow', name: 'ms', taken: '3600000', refused: ['3600001', '-1', '1.5', ''] },
  { kind: 'removed', name: 'at', taken: '100000', refused: ['100001', '-1', ''] },
  { kind: 'dead_battery', name: 'at', taken: '0', refused: ['100001'] },
  { kind: 'status_word', name: 'sw', taken: '63c0', refused: ['63C', '63CG', ''] },
  { kind: 'stuck_key', name: 'key', taken: 'OK', refused: ['', 'ok'] },
];

for (const size of kSizes) {
  onPage(`a field takes what the API takes, and no more, at ${named(size)}`, { viewport: size, refused: true }, async ({ page, id }) => {
    for (const { kind, name, taken, refused } of kLimits) {
      for (const value of refused) {
        await field(page, kind, name).fill(value);
        await toggle(page, kind);
        await toast(page).waitFor();
        assert.equal(await isOn(page, kind), false, `${kind} ${value}`);
        await toast(page).click();
      }
      await field(page, kind, name).fill(taken);
      await toggle(page, kind);
      await page.locator(`.faults li[data-kind=${kind}].on`).waitFor();
      assert.equal(String((await faultsOf(id)).find((each) => each.kind === kind)[name]), taken.toUpperCase());
    }
  });
}

for (const size of kSizes) {
  onPage(`each reader has its own faults in the fields, and nothing of another, at ${named(size)}`, { viewport: size }, async ({ page, id }) => {
    const { id: other } = await api(simulator.url, 'POST', '/v1/readers', { clock: 'virtual' });
    await field(page, 'slow', 'ms').fill('5000');
    await toggle(page, 'slow');
    await page.locator('.faults li[data-kind=slow].on').waitFor();
    await field(page, 'removed', 'at').fill('7');  // written, but not switched on
    await goTo(page, other);
    assert.equal(await isOn(page, 'slow'), false);
    assert.equal(await field(page, 'slow', 'ms').inputValue(), '3000');
    assert.equal(await field(page, 'removed', 'at').inputValue(), '3');
    await goTo(page, id);
    assert.equal(await isOn(page, 'slow'), true);
    assert.equal(await field(page, 'slow', 'ms').inputValue(), '5000');
  });
}

onPage('two switches one right after the other are both on', {}, async ({ page, id }) => {
  await page.evaluate(() => {
    for (const kind of ['mute', 'bad_atr']) document.querySelector(`[data-kind=${kind}] [role=switch]`).click();
  });
  await page.locator('.faults li[data-kind=bad_atr].on').waitFor();
  assert.deepEqual((await faultsOf(id)).map((each) => each.kind), ['mute', 'bad_atr']);
});

onPage('a program may set a fault twice, and a switch beside it changes nothing in that', {}, async ({ page, id }) => {
  const twice = [{ kind: 'removed', at: 3 }, { kind: 'removed', at: 9 }];
  await api(simulator.url, 'PUT', `/v1/readers/${id}/faults`, { faults: twice });
  await page.locator('.faults li[data-kind=removed].on').waitFor();
  await toggle(page, 'bad_atr');
  await page.locator('.faults li[data-kind=bad_atr].on').waitFor();
  assert.deepEqual(await faultsOf(id), [...twice, { kind: 'bad_atr' }]);
  await field(page, 'removed', 'at').fill('4');
  await field(page, 'removed', 'at').press('Enter');
  await until(async () => (await faultsOf(id))[0].at === 4);
  await toggle(page, 'bad_atr');
  await page.locator('.faults li[data-kind=bad_atr]:not(.on)').waitFor();
  assert.deepEqual(await faultsOf(id), [{ kind: 'removed', at: 4 }, { kind: 'removed', at: 9 }]);
});

onPage('what was written stays when the language changes', {}, async ({ page }) => {
  await field(page, 'slow', 'ms').fill('1234');
  await button(page, 'FR, Français').click();
  await page.getByText('Carte lente').waitFor();
  assert.equal(await field(page, 'slow', 'ms').inputValue(), '1234');
});

// ---- by stage, once, presets

onPage('a fault is set at a stage as well as at a number, once or always', {}, async (setup) => {
  const { page, id, state, shot } = setup;
  await row(page, 'removed').locator('select').selectOption('verify');
  assert.equal(await field(page, 'removed', 'at').inputValue(), '0');
  await field(page, 'removed', 'once').click();
  await toggle(page, 'removed');
  await page.locator('.faults li[data-kind=removed].on').waitFor();
  assert.deepEqual(await faultsOf(id), [{ kind: 'removed', at: 0, stage: 'verify', once: true }]);
  await shot('27-faults');
  await insertAndChoose(setup);
  await page.keyboard.type('1234');
  await page.keyboard.press('Enter');
  await state('notice');
  await page.locator('.apdu', { hasText: 'VERIFY' }).locator('summary .sw.bad').waitFor();
  await page.locator('.faults li[data-kind=removed]:not(.on)').waitFor();  // it has happened
  assert.equal(await isOn(page, 'removed'), false);
  assert.deepEqual(await faultsOf(id), []);

  await row(page, 'removed').locator('select').selectOption('');
  assert.equal(await field(page, 'removed', 'at').inputValue(), '3');
});

onPage('a stage that is chosen while the fault is on is set at once, and needs no instruction', {}, async ({ page, id }) => {
  await toggle(page, 'status_word');
  await page.locator('.faults li[data-kind=status_word].on').waitFor();
  await row(page, 'status_word').locator('select').selectOption('get_data');
  await until(async () => (await faultsOf(id))[0].stage === 'get_data');
  assert.deepEqual(await faultsOf(id), [{ kind: 'status_word', sw: '6985', stage: 'get_data' }]);
  await api(simulator.url, 'PUT', `/v1/readers/${id}/faults`, { faults: [{ kind: 'mute', at: 1, stage: 'read_record', once: true }] });
  await page.locator('.faults li[data-kind=mute].on').waitFor();
  assert.equal(await row(page, 'mute').locator('select').inputValue(), 'read_record');
  assert.equal(await field(page, 'mute', 'at').inputValue(), '1');
  assert.ok(await field(page, 'mute', 'once').isChecked());
});

onPage('each preset breaks what it says, and all is mended at one go', {}, async (setup) => {
  const { page, id, state, says } = setup;
  const presets = await page.locator('#presets option').evaluateAll((all) => all.map((each) => each.value).filter(Boolean));
  assert.ok(presets.length >= 8);
  const seen = new Set();
  for (const preset of presets) {
    await page.locator('#presets').selectOption(preset);
    await until(async () => (await faultsOf(id)).length === 1 && !seen.has(JSON.stringify(await faultsOf(id))));
    seen.add(JSON.stringify(await faultsOf(id)));
    assert.equal(await page.locator('#presets').inputValue(), '');
  }
  await page.locator('.faults li.on').waitFor();
  await button(page, 'Mend all').click();
  await page.locator('.faults li.on').waitFor({ state: 'detached' });
  assert.deepEqual(await faultsOf(id), []);
  await page.locator('#presets').selectOption('pin_blocked');
  await page.locator('.faults li[data-kind=status_word].on').waitFor();
  await insertAndChoose(setup);
  await page.keyboard.type('1234');
  await page.keyboard.press('Enter');
  await state('notice');
  await says('Code bloqué');
});

onPage('by keyboard alone a preset is chosen, and a stage', {}, async ({ page, id }) => {
  await tabTo(page, '#presets');
  await page.keyboard.press('ArrowDown');
  await until(async () => (await faultsOf(id))[0]?.kind === 'removed');
  await tabTo(page, '#mend');
  await page.keyboard.press('Enter');
  await until(async () => (await faultsOf(id)).length === 0);
  await tabTo(page, '[data-kind=mute] select');
  await page.keyboard.type('at V');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Space');
  await until(async () => (await faultsOf(id)).length === 1);
  assert.deepEqual(await faultsOf(id), [{ kind: 'mute', at: 0, stage: 'verify' }]);
});

onPage('all faults and presets are above the fold at 1280 × 800', {}, async ({ page }) => {
  for (const language of ['EN, English', 'FR, Français']) {
    await button(page, language).click();
    const { bottom, right } = await page.locator('.faults-panel').evaluate((panel) => panel.getBoundingClientRect());
    assert.ok(bottom <= 800 && right <= 1280, `${language}: ${bottom}`);
    for (const each of await page.locator('.faults-panel :is(input, select, button)').all()) {
      const { x, y, width, height } = await each.boundingBox();
      assert.ok(x >= 0 && y >= 0 && x + width <= 1280 && y + height <= 800);
    }
  }
});

// ---- counters

onPage('counters that are refused are those of the card again', { refused: true }, async (setup) => {
  const { page } = setup;
  await insertAndChoose(setup);
  await page.locator('#tries').fill('9');
  await button(page, 'Set').click();
  await toast(page).waitFor();
  assert.match(await toast(page).textContent(), /at most 3/);
  assert.equal(await page.locator('#tries').inputValue(), '3');
});

onPage('a counter that is left empty stays as it is', {}, async (setup) => {
  const { page } = setup;
  await insertAndChoose(setup);
  const sent = listenToOrders(page);
  await page.locator('#tries').fill('');
  await page.locator('#atc').fill('00b3');
  await button(page, 'Set').click();
  assert.deepEqual(await sent.next(), ['PATCH /card/state {"last_atc":"00B3"}']);
  await until(async () => await page.inputValue('#tries') === '3');
  for (const [id, value] of [['#tries', '16'], ['#atc', '0B']]) {
    await page.locator(id).fill(value);
    await page.locator(id).press('Enter');
    await settled(page);
    assert.deepEqual(sent.take(), [], `${id} ${value}`);
  }
});

onPage('counters that were written for one card are not set in another', {}, async (setup) => {
  const { page } = setup;
  const { id: other } = await api(simulator.url, 'POST', '/v1/readers', { card: 'bank-card' });
  await insertAndChoose(setup);
  await page.locator('#tries').fill('1');
  await page.locator('#atc').fill('0100');
  await goTo(page, other);
  assert.equal(await page.locator('#tries').inputValue(), '3');
  assert.equal(await page.locator('#atc').inputValue(), '0000');
});

onPage('a card that is refused is not shown as the one in the reader', { refused: true }, async (setup) => {
  const { page } = setup;
  await insertAndChoose(setup);
  await page.route('**/card', (route) => route.fulfill({ status: 409, json: { code: 'card_in_use', message: 'it is elsewhere', hint: '' } }));
  await page.locator('#cards [data-name=bank-card]').click();
  await page.getByText('it is elsewhere').waitFor();
  await page.locator('#cards [data-name=sesame-card][aria-pressed=true]').waitFor();
  await page.unroute('**/card');
  await card(page).click();
  await setup.state('notice');
});

onPage('each reader has its own card in front of its slot', {}, async ({ page, id }) => {
  const { id: other } = await api(simulator.url, 'POST', '/v1/readers', {});
  await page.locator('#cards [data-name=belgian-card]').click();
  await goTo(page, other);
  await page.locator('#card[data-card=sesame-card]').waitFor();
  await goTo(page, id);
  await page.locator('#card[data-card=belgian-card]').waitFor();
});
