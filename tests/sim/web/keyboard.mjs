// Who gets the keys of the computer's keyboard: the reader, unless something else has the focus and says so.
import assert from 'node:assert/strict';
import {
  api, card, focusedIn, insertAndChoose, isShown, kSizes, key, listenToOrders, named, printedPin, settled, tabTo, toCode,
} from './setup.mjs';
import { onPage, simulator } from './world.mjs';

const kOk = ['POST /keys {"keys":["OK"]}'];

// What a mouse clicks, while the reader asks for the PIN and a card is in it. `orders`: what the click does.
const kClicked = [
  { what: 'a key', where: '.key[data-key="1"]', orders: ['POST /keys {"keys":["1"]}'] },
  { what: 'the display', where: '#lcd' },
  { what: 'the card of the drawer', where: '#cards [data-name=sesame-card]', orders: ['PUT /card "sesame-card"'] },
  { what: 'the model', where: '#models [aria-pressed=true]' },
  { what: 'the kind of clock', where: '[data-clock=virtual]' },
  { what: '+1 s', where: '[data-advance="1000"]', orders: ['POST /clock {"advance_ms":1000}'] },
  { what: 'the switch of a fault', where: '[data-kind=bad_atr] .switch', orders: [/^PUT \/faults/] },
  { what: 'a line of the log', where: '.apdu summary' },
  { what: 'a language', where: '[data-language=en]' },
];

function fits(orders, wanted) {
  assert.equal(orders.length, wanted.length, `${orders}`);
  wanted.forEach((each, at) => (each instanceof RegExp ? assert.match(orders[at], each) : assert.equal(orders[at], each)));
}

for (const size of kSizes) {
  onPage(`Enter is OK after whatever a mouse clicked, at ${named(size)}`, { viewport: size }, async (setup) => {
    const { page } = setup;
    await insertAndChoose(setup);
    const sent = listenToOrders(page);
    for (const { what, where, orders = [] } of kClicked) {
      await page.locator(where).first().click();
      if (orders.length > 0) fits(await sent.next(), orders);
      await settled(page);
      fits(sent.take(), []);
      await page.keyboard.press('Enter');
      assert.deepEqual(await sent.next(), kOk, `after ${what}`);
      await page.keyboard.press('Space');
      await settled(page);
      assert.deepEqual(sent.take(), [], `the space bar after ${what}`);
    }
  });
}

onPage('Enter is OK after the card, its PIN and the copy', { permissions: ['clipboard-write'] }, async (setup) => {
  const { page, state } = setup;
  const sent = listenToOrders(page);
  await card(page).click();
  await state('choose_function');
  await page.keyboard.press('Enter');
  await settled(page);
  await key(page, 'CODE').click();
  await state('pin');
  await printedPin(page).click();
  await state('code');
  await page.locator('#copy').click();
  sent.take();
  await page.keyboard.press('Enter');
  assert.deepEqual(await sent.next(), kOk);
  const { card: inside } = await api(simulator.url, 'GET', `/v1/readers/${setup.id}`);
  assert.equal(inside.name, 'sesame-card');
});

onPage('Enter is OK after the list of readers, whether another was chosen or not', {}, async ({ page, id }) => {
  const sent = listenToOrders(page);
  const list = page.locator('#readers');
  await list.click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  assert.deepEqual(await sent.next(), kOk);
  await list.click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await isShown(page, 'default');
  await page.evaluate((own) => { location.hash = own; }, id);
  await isShown(page, id);
});

// ---- by keyboard alone

for (const size of kSizes) {
  onPage(`the keyboard alone gives a code, and the card stays, at ${named(size)}`, { viewport: size }, async (setup) => {
    const { page, state } = setup;
    await tabTo(page, '#card-move');
    await page.keyboard.press('Enter');
    await state('choose_function');
    await page.keyboard.press('a');
    await state('pin');
    await page.keyboard.type('12');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('234');
    await page.keyboard.press('Enter');
    await state('code');
    const { card: inside } = await api(simulator.url, 'GET', `/v1/readers/${setup.id}`);
    assert.equal(inside.name, 'sesame-card');
  });
}

onPage('what the Tab key reached is worked by Enter and the space bar, until a key of the reader is typed', {}, async (setup) => {
  const { page } = setup;
  await insertAndChoose(setup);
  const sent = listenToOrders(page);
  const presses = async (name, wanted) => {
    await page.keyboard.press(name);
    if (wanted) fits(await sent.next(), [wanted]);
    else await settled(page);
  };
  const advance = 'POST /clock {"advance_ms":1000}';
  await tabTo(page, '.key[data-key="7"]');
  await presses('Enter', 'POST /keys {"keys":["7"]}');
  await presses('Space', 'POST /keys {"keys":["7"]}');
  await tabTo(page, '[data-advance="1000"]');
  await presses('Enter', advance);
  await presses('Space', advance);
  await presses('5', 'POST /keys {"keys":["5"]}');
  assert.ok(await focusedIn(page, 'body'));
  await presses('Enter', kOk[0]);
  // Further on from there, not from the beginning.
  await page.keyboard.press('Tab');
  assert.ok(await focusedIn(page, '[data-advance="35000"]'));

  await tabTo(page, '[data-kind=bad_atr] input');
  await presses('Space', /^PUT \/faults .*bad_atr/);
  await presses('Enter', 'PUT /faults {"faults":[]}');
  await presses('8', 'POST /keys {"keys":["8"]}');
  await tabTo(page, '.apdu summary');
  await presses('Enter');
  assert.equal(await page.locator('.apdu[open]').count(), 1);
  await presses('9', 'POST /keys {"keys":["9"]}');
  await tabTo(page, '[data-language=fr]');
  await presses('Enter');
  await page.getByText('Tapez le code secret').waitFor();
});

onPage('what is not to be worked just now keeps the focus, and its Enter goes nowhere', {}, async (setup) => {
  const { page, state } = setup;
  await toCode(setup);
  const sent = listenToOrders(page);
  await tabTo(page, '#next-deadline');
  await page.keyboard.press('Enter');
  await state('off');
  sent.take();
  await page.keyboard.press('Enter');
  await settled(page);
  assert.ok(await focusedIn(page, '#next-deadline'));
  assert.deepEqual(sent.take(), []);
});

onPage('a field keeps all keys that are typed in it, and Enter sets it', {}, async (setup) => {
  const { page } = setup;
  await insertAndChoose(setup);
  const sent = listenToOrders(page);
  for (const [field, typed, orders] of [
    ['#atc', '01BX', [/^PATCH \/card\/state {"last_atc":"01B4"/]],
    ['[data-kind=slow] input[name=ms]', '', []],
    ['[data-kind=status_word] input[name=ins]', '', []],
  ]) {
    await page.locator(field).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(typed);
    await page.keyboard.press('Backspace');
    await page.keyboard.type('4');
    await page.keyboard.press('Escape');
    await settled(page);
    assert.deepEqual(sent.take(), [], field);
    await page.keyboard.press('Enter');
    if (orders.length > 0) fits(await sent.next(), orders);
    await settled(page);
    assert.deepEqual(sent.take(), [], field);
  }
  // The list of readers is chosen from by its letters and digits.
  await tabTo(page, '#readers');
  await page.keyboard.type('1');
  await settled(page);
  assert.deepEqual(sent.take(), []);
});

onPage('Enter, pressed again after a counter was set, presses OK', {}, async (setup) => {
  const { page } = setup;
  await insertAndChoose(setup);
  const sent = listenToOrders(page);
  await page.locator('#tries').fill('2');
  await page.keyboard.press('Enter');
  fits(await sent.next(), ['PATCH /card/state {"last_atc":"0000","tries_left":2}']);
  await page.keyboard.press('Enter');
  assert.deepEqual(await sent.next(), kOk);
});

onPage('a click on a key takes the keyboard away from a field', {}, async (setup) => {
  const { page } = setup;
  await insertAndChoose(setup);
  const sent = listenToOrders(page);
  await page.locator('#atc').click();
  await key(page, '1').click();
  await sent.next();
  await page.keyboard.press('2');
  fits(await sent.next(), ['POST /keys {"keys":["2"]}']);
});

onPage('keys that were typed at a reader reach no other one', {}, async ({ page, id }) => {
  await page.waitForSelector('.key');
  const pressed = [];
  await page.route('**/keys', async (route) => {
    pressed.push(new URL(route.request().url()).pathname);
    await route.continue();
  });
  // The second key waits for the first, and the reader changes meanwhile.
  await page.keyboard.type('12');
  await page.evaluate(() => { location.hash = 'default'; });
  await isShown(page, 'default');
  await settled(page);
  assert.deepEqual([...new Set(pressed)], [`/v1/readers/${id}/keys`]);
});
