// The page of `sesame sim`, as a user with a mouse, a finger, a keyboard or a screen reader meets it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, button, card, insertAndChoose, key, linesOfLog, openPage, printedPin, startSimulator, toCode } from './setup.mjs';
import { browser, onPage, simulator } from './world.mjs';

async function typePin(page, digits) {
  for (const digit of digits) await key(page, digit).click();
  await key(page, 'OK').click();
}

// ---- a person, a reader, a card

onPage('three clicks give a code: the card, the key, the PIN', {}, async (setup) => {
  const { page, says, state, shot } = setup;
  await shot('1-card-out');
  await card(page).click();
  await state('choose_function');
  await shot('2-choose-function');
  await key(page, 'CODE').click();
  await state('pin');
  await shot('3-pin');
  await printedPin(page).click();
  await state('code');
  const { display } = await api(simulator.url, 'GET', `/v1/readers/${setup.id}`);
  assert.match(display, /^\d{4} \d{4}$/);
  await says(display);
  await shot('4-code');
});

onPage('the reader that is there from the start does it too', { reader: null }, async (setup) => {
  await toCode(setup);
  await api(simulator.url, 'POST', '/v1/readers/default/reset');
});

onPage('the code goes dark after 35 seconds of virtual time, and not before', {}, async (setup) => {
  const { page, state, says, shot } = setup;
  await toCode(setup);
  await page.getByText('Dark in 35 s').waitFor();
  for (let second = 34; second > 0; second -= 1) {
    await button(page, '+1 s').click();
    await page.getByText(`Dark in ${second} s`, { exact: true }).waitFor();
  }
  await state('code');
  await button(page, '+1 s').click();
  await state('off');
  await says('The screen is dark');
  await shot('5-dark');
  assert.equal(await page.locator('#lcd.lit').count(), 0);
  assert.equal(await page.locator('#copy').isVisible(), false);
});

onPage('a text from the computer is read page by page, and signed with OK', { reader: { profile: 'edentifier2' } }, async (setup) => {
  const { page, says, state, shot } = setup;
  const told = (text) => page.locator('#computer-told').getByText(text).waitFor();
  await card(page).click();
  await state('choose_function');
  await page.getByLabel('Text to sign').fill('Pay EUR 12.34 to NL00 TEST 0123 4567 89');
  await button(page, 'Cryptogram').click();
  await told('Not now');
  await button(page, 'Ask for the PIN').click();
  await state('pin');
  await printedPin(page).click();
  await state('signing');
  await button(page, 'Sign').click();
  await says('Pay EUR 12.34 to OK: verder');
  await button(page, 'Cryptogram').click();
  await told('Not now');
  await key(page, 'OK').click();
  await says('NL00 TEST 0123 OK: verder');
  await key(page, 'OK').click();
  await says('4567 89 OK: akkoord');
  await shot('5-approve');
  await key(page, 'OK').click();
  await state('signing');
  await button(page, 'Cryptogram').click();
  await state('choose_function');
  await told(/^Cryptogram: \d{8}$/);
});

onPage('a reader without a cable has no computer', {}, async ({ page }) => {
  assert.equal(await page.locator('#computer').isVisible(), false);
});

onPage('+35 s at once does the same, and so does the next event', {}, async (setup) => {
  await toCode(setup);
  await button(setup.page, '+35 s').click();
  await setup.state('off');
  await key(setup.page, 'OK').click();
  await setup.state('choose_function');
  await button(setup.page, 'Next event').click();
  await setup.state('off');
});

onPage('the card pulled out in the middle is noticed, and can come back', {}, async (setup) => {
  const { page, state, says, shot } = setup;
  await insertAndChoose(setup);
  await key(page, '1').click();
  await says('*');
  await card(page).click();
  await state('notice');
  await says('Carte retirée');
  await shot('6-card-removed');
  await card(page).click();
  await state('choose_function');
});

onPage('a PIN that is wrong three times blocks the card', {}, async (setup) => {
  const { page, state, says, shot } = setup;
  await insertAndChoose(setup);
  await typePin(page, '9999');
  await says('Reste 2 essais');
  await shot('7-wrong-pin');
  await key(page, 'OK').click();
  await state('pin');
  await typePin(page, '9999');
  await says('Reste 1 essai');
  await key(page, 'OK').click();
  await state('pin');
  await typePin(page, '9999');
  await says('Dernier essai');
  await key(page, 'OK').click();
  await says('Code bloqué');
  await shot('8-blocked');
});

onPage('a card is pulled by hand, and a short pull lets it stay', {}, async ({ page, state }) => {
  const box = await card(page).boundingBox();
  const pull = async (way) => {
    const x = box.x + box.width / 2;
    const y = (await card(page).boundingBox()).y + 20;
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + way, { steps: 4 });
    await page.mouse.up();
  };
  await pull(20);
  assert.equal(await page.getAttribute('html', 'data-state'), 'off');
  await pull(90);
  await state('choose_function');
  await pull(-70);
  await state('notice');
});

onPage('C held down gives up the PIN', {}, async (setup) => {
  const { page, state } = setup;
  await insertAndChoose(setup);
  await key(page, '1').click();
  await key(page, 'C').hover();
  await page.mouse.down();
  await state('choose_function');
  await page.mouse.up();
});

onPage('the code is copied without its blank', { permissions: ['clipboard-read', 'clipboard-write'] }, async (setup) => {
  await toCode(setup);
  await button(setup.page, 'Copy the code').click();
  await button(setup.page, 'Copied').waitFor();
  const { code } = await api(simulator.url, 'GET', `/v1/readers/${setup.id}`);
  assert.equal(await setup.page.evaluate(() => navigator.clipboard.readText()), code);
});

// ---- by keyboard and by ear

onPage('the keyboard alone gives a code', {}, async ({ page, state }) => {
  const focused = () => page.evaluate(() => document.activeElement.id);
  for (let tabs = 0; tabs < 10 && await focused() !== 'card-move'; tabs += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await state('choose_function');
  await page.keyboard.press('a');
  await state('pin');
  await page.keyboard.type('12');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('234');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('Enter');
  await state('code');
});

onPage('Backspace held down is C held down', {}, async (setup) => {
  await insertAndChoose(setup);
  await setup.page.keyboard.press('1');
  await setup.page.keyboard.down('Backspace');
  await setup.state('choose_function');
  await setup.page.keyboard.up('Backspace');
});

onPage('keys that overlap, as of a fast typist, all count', {}, async (setup) => {
  await insertAndChoose(setup);
  for (const digit of '1234') await setup.page.keyboard.down(digit);
  for (const digit of '1234') await setup.page.keyboard.up(digit);
  await setup.says('****');
});

onPage('everything that can be worked has a name, and the screen is a live region', {}, async (setup) => {
  await toCode(setup);
  const session = await setup.page.context().newCDPSession(setup.page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const worked = ['button', 'textbox', 'spinbutton', 'switch', 'combobox', 'link', 'checkbox', 'searchbox'];
  const found = nodes.filter((node) => !node.ignored && worked.includes(node.role?.value));
  assert.ok(found.length > 30, `only ${found.length}`);
  assert.deepEqual(found.filter((node) => !node.name?.value.trim()).map((node) => node.role.value), []);
  const live = setup.page.locator('#spoken');
  assert.equal(await live.getAttribute('aria-live'), 'polite');
  assert.match(await live.textContent(), /^Screen: Code Sésame \d{4} \d{4}$/);
});

onPage('the focus goes from the card over the keys to the drawer', {}, async ({ page }) => {
  const order = await page.evaluate(() => [...document.querySelectorAll('button, input, select, a[href]')]
    .filter((each) => each.checkVisibility() && !each.disabled)
    .map((each) => each.id || each.dataset.key || each.closest('[id]')?.id));
  const at = (id) => order.indexOf(id);
  assert.ok(at('card-move') >= 0 && at('card-move') < at('CODE'));
  assert.ok(at('CODE') < at('1') && at('1') < at('OK'));
  assert.ok(at('OK') < at('cards') && at('cards') < at('models'));
});

// ---- languages, light, size

onPage('a French user is spoken to in French, and may choose', { locale: 'fr-FR' }, async ({ page, shot }) => {
  await page.getByText('Glissez la carte').waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'fr');
  await shot('9-french');
  await button(page, 'EN, English').click();
  await page.getByText('Slide the card in').waitFor();
  await page.reload();
  await page.getByText('Slide the card in').waitFor();
});

onPage('a user who speaks neither language is spoken to in English', { locale: 'de-DE' }, async ({ page }) => {
  await page.getByText('Slide the card in').waitFor();
});

for (const scheme of ['light', 'dark']) {
  onPage(`the ${scheme} scheme is ${scheme}, and its text can be read`, { colorScheme: scheme }, async (setup) => {
    await toCode(setup);
    await setup.shot(`10-${scheme}`);
    // WCAG 2.1, 1.4.3: contrast of text, 4.5 to 1.
    const [ink, paper, soft] = await setup.page.evaluate(() => {
      const light = (color) => {
        const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map((each) => {
          const c = Number(each) / 255;
          return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const body = getComputedStyle(document.body);
      return [light(body.color), light(body.backgroundColor), light(getComputedStyle(document.getElementById('hint')).color)];
    });
    const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    assert.ok(scheme === 'dark' ? ink > paper : ink < paper);
    assert.ok(contrast(ink, paper) > 4.5);
    assert.ok(contrast(soft, paper) > 4.5, `${contrast(soft, paper)}`);
  });
}

for (const [name, viewport] of [['phone', { width: 360, height: 740 }], ['tablet', { width: 820, height: 1100 }]]) {
  onPage(`on a ${name} nothing sticks out, and a finger works it`, { viewport, hasTouch: true }, async (setup) => {
    const { page, state } = setup;
    await card(page).tap();
    await state('choose_function');
    await key(page, 'CODE').tap();
    await state('pin');
    await printedPin(page).tap();
    await state('code');
    await setup.shot(`11-${name}`);
    const [width, smallest] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      Math.min(...[...document.querySelectorAll('.key')].map((each) => each.getBoundingClientRect().height)),
    ]);
    assert.ok(width <= viewport.width, `${width} pixels wide`);
    assert.ok(smallest >= 36, `a key of ${smallest} pixels`);
  });
}

// ---- the setup around the reader

onPage('the log names each command, hides the PIN, and opens to what the bytes mean', {}, async (setup) => {
  const { page } = setup;
  await toCode(setup);
  const line = page.locator('.apdu', { hasText: 'GENERATE AC for an ARQC' });
  await line.locator('summary').click();
  await line.getByText('Transaction counter (ATC)').waitFor();
  await setup.shot('12-log');
  const verify = page.locator('.apdu', { hasText: 'VERIFY' });
  await verify.locator('summary').click();
  assert.match(await verify.locator('.raw').first().textContent({ timeout: 5000 }), /^00 20 00 80 08 [* ]+$/);
});

onPage('a log that began before the page did is complete', {}, async (setup) => {
  await toCode(setup);
  await setup.page.locator('.apdu').nth(await linesOfLog(simulator.url, setup.id) - 1).waitFor();
  const before = await setup.page.locator('.apdu-name').allTextContents();
  await setup.page.reload();
  await setup.page.locator('.apdu').nth(before.length - 1).waitFor();
  assert.deepEqual(await setup.page.locator('.apdu-name').allTextContents(), before);
});

onPage('what happens while the log is fetched stays in it', {}, async ({ page, id, state }) => {
  let first = true;
  await page.route('**/trace', async (route) => {
    const response = await route.fetch();
    if (first) {
      first = false;
      await api(simulator.url, 'PUT', `/v1/readers/${id}/card`, 'sesame-card');
      await page.locator('.apdu').first().waitFor();
    }
    await route.fulfill({ response });
  });
  await page.reload();
  await state('choose_function');
  const lines = await linesOfLog(simulator.url, id);
  await page.locator('.apdu').nth(lines - 1).waitFor();
  assert.equal(await page.locator('.apdu').count(), lines);
});

onPage('a mute card is a switch away', {}, async ({ page, says, shot }) => {
  await page.getByRole('switch', { name: 'Card is mute' }).check({ force: true });
  await page.locator('.faults li[data-kind=mute].on').waitFor();
  await card(page).click();
  await says('La carte ne répond pas');
  await shot('13-mute');
});

onPage('a dead battery leaves it dark until there is a fresh reader', {}, async (setup) => {
  const { page, state } = setup;
  await page.getByRole('switch', { name: 'Battery dies' }).check({ force: true });
  await page.locator('.faults li[data-kind=dead_battery].on').waitFor();
  await card(page).click();
  await state('choose_function');  // the fourth command comes after the PIN
  await key(page, 'CODE').click();
  await state('pin');
  await printedPin(page).click();
  await page.getByText('The battery is empty').waitFor();
  await button(page, 'A fresh reader').click();
  await page.getByText('Slide the card in').waitFor();
  assert.equal(await page.locator('.faults li.on').count(), 0);
});

onPage('the counters of the card can be set', {}, async (setup) => {
  const { page, says } = setup;
  await card(page).click();
  await setup.state('choose_function');
  await page.locator('#tries').fill('1');
  await key(page, 'CODE').click();  // what was typed outlives what happens meanwhile
  await setup.state('pin');
  await page.locator('#atc').fill('0100');
  await button(page, 'Set').click();
  await printedPin(page).click();
  await says('Dernier essai');
  await key(page, 'OK').click();
  await setup.state('code');
  const { atc } = await api(simulator.url, 'GET', `/v1/readers/${setup.id}`);
  assert.equal(atc, '0101');
});

onPage('another model has its own keys, and another card its own code', {}, async (setup) => {
  const { page, state } = setup;
  await button(page, 'Vasco 810').click();
  await key(page, 'M1').waitFor();
  await page.locator('#cards button[data-name=bank-card]').click();
  await card(page).click();
  await state('choose_function');
  await key(page, 'M1').click();
  await state('prompt');
  await page.keyboard.type('12345678');
  await key(page, 'OK').click();
  await state('pin');
  await printedPin(page).click();
  await state('code');
  await setup.shot('14-vasco');
});

onPage('a real clock runs by itself', { reader: { clock: 'real' } }, async ({ page }) => {
  const seen = await page.locator('#now').textContent();
  await page.locator('#now').filter({ hasNotText: seen }).waitFor();
  assert.ok(await button(page, '+35 s').isDisabled());
  await button(page, 'Paused').click();
  await page.waitForSelector('[data-clock=virtual][aria-pressed=true]');
  assert.ok(await button(page, '+35 s').isEnabled());
});

onPage('what another client does to the reader is seen at once', {}, async ({ page, id, state, says }) => {
  await api(simulator.url, 'PUT', `/v1/readers/${id}/card`, 'sesame-card');
  await state('choose_function');
  await api(simulator.url, 'POST', `/v1/readers/${id}/keys`, { keys: ['CODE', '1', '2'] });
  await says('**');
  await page.locator('.apdu').first().waitFor();
});

onPage('a reader that is gone can be replaced', {}, async ({ page, id, state }) => {
  await page.waitForSelector('.key');
  await api(simulator.url, 'DELETE', `/v1/readers/${id}`);
  await page.getByText('This reader is gone').waitFor();
  await button(page, 'Take another').click();
  await page.waitForURL((address) => address.hash !== `#${id}`);
  await state('off');
  await card(page).click();
  await state('choose_function');
});

// ---- when the simulator goes, or asks who is there

test('a page that lost the simulator says so', async () => {
  const other = await startSimulator();
  const setup = await openPage(browser, other.url);
  await setup.page.locator('.key').first().waitFor();
  await other.stop();
  await setup.page.getByText('Connection lost').waitFor();
  await setup.shot('15-lost');
  await setup.close();
});

test('where a token is asked for, the page asks for it too', async () => {
  const other = await startSimulator('--allow-real-cards');
  assert.ok(other.token);
  const setup = await openPage(browser, other.url, { reader: null, shown: '#sign-in[open]' });
  await setup.page.getByRole('heading', { name: 'Who is there?' }).waitFor();
  await setup.shot('16-token');
  await setup.page.getByLabel('Token').fill('wrong');
  await button(setup.page, 'Enter').click();
  await setup.page.getByText('That is not the token').waitFor();
  await setup.page.getByLabel('Token').fill(other.token);
  await button(setup.page, 'Enter').click();
  await setup.state('off');
  await setup.close();
  await other.stop();
});
