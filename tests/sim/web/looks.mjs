// How the page looks: what lies beside what in each window, what is at rest, and what can be told from what.
import assert from 'node:assert/strict';
import { button, card, findings, insertAndChoose, kSizes, key, named, settled, toCode } from './setup.mjs';
import { onPage } from './world.mjs';

// ---- layout

const kWindows = [320, 360, 390, 480, 640, 720, 721, 768, 800, 900, 1024, 1120, 1121, 1280, 1920].map((width) => (
  { width, height: width < 600 ? 844 : width < 1200 ? 1024 : 800 }));

onPage('in no window does the device lie over a panel, or anything stick out', {}, async ({ page }) => {
  for (const model of ['Sésame', 'PINsentry']) {
    if (model !== 'Sésame') await button(page, model).click();
    await key(page, model === 'Sésame' ? 'CODE' : 'IDENTIFY').waitFor();
    for (const viewport of [...kWindows, { width: 640, height: 400 }, { width: 844, height: 390 }]) {
      await page.setViewportSize(viewport);
      const { overlaps, width, outside, smallest } = await page.evaluate(() => {
        const box = (element) => element.getBoundingClientRect();
        const device = box(document.querySelector('.body'));
        const panels = [...document.querySelectorAll('.panel, .top, #caption')];
        const cross = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
        const worked = [...document.querySelectorAll('button, input, select')].filter((each) => each.checkVisibility());
        return {
          overlaps: panels.filter((each) => cross(device, box(each))).map((each) => each.className || each.id),
          width: document.documentElement.scrollWidth,
          outside: worked.filter((each) => box(each).left < 0 || box(each).right > innerWidth).map((each) => each.outerHTML),
          smallest: Math.min(...[...document.querySelectorAll('.key')].map((each) => box(each).height)),
        };
      });
      assert.deepEqual(overlaps, [], `${model} at ${named(viewport)}`);
      assert.deepEqual(outside, [], `${model} at ${named(viewport)}`);
      assert.ok(width <= viewport.width, `${model} at ${named(viewport)}: ${width} pixels wide`);
      assert.ok(smallest >= 36, `${model} at ${named(viewport)}: a key of ${smallest} pixels`);
    }
  }
});

for (const size of kSizes) {
  onPage(`the card lies at rest, where a click finds its middle, out and in, at ${named(size)}`,
    { viewport: size, reducedMotion: 'no-preference' }, async (setup) => {
      const { page, state } = setup;
      await card(page).click({ timeout: 3000 });
      await state('choose_function');
      await key(page, 'CODE').click({ timeout: 3000 });
      await state('pin');
      await card(page).click({ timeout: 3000 });
      await state('notice');
      await page.getByRole('switch', { name: 'Bad ATR' }).click({ timeout: 3000 });
      await page.locator('.faults li[data-kind=bad_atr].on').waitFor();
      await page.getByRole('switch', { name: 'Bad ATR' }).click({ timeout: 3000 });
      await page.locator('.faults li[data-kind=bad_atr]:not(.on)').waitFor();
    });
}

onPage('a user who wants no motion gets none', {}, async (setup) => {
  await insertAndChoose(setup);
  const moving = await setup.page.evaluate(() => document.getAnimations().map((each) => each.animationName ?? each.transitionProperty));
  assert.deepEqual(moving, []);
});

// ---- models

onPage('a model is drawn in the colors of its file, with the keys that it has', { reader: { clock: 'virtual', profile: 'postfinance' } },
  async ({ page, state }) => {
    await card(page).click();
    await state('prompt');
    assert.equal(await page.locator('.key.function').count(), 0);
    assert.equal(await page.locator('#body').evaluate((body) => body.style.getPropertyValue('--paint')), '#f5c400');
    assert.equal(await page.locator('#engraved').evaluate((title) => getComputedStyle(title).color), 'rgb(17, 18, 20)');
    await button(page, 'Barclays PINsentry').click();
    await key(page, 'IDENTIFY').waitFor();
    assert.equal(await key(page, 'OK').textContent(), 'ENTER');
    assert.equal(await page.locator('#engraved').evaluate((title) => getComputedStyle(title).color), 'rgb(255, 255, 255)');
  });

// ---- contrast: WCAG 2.1, 1.4.3 (text, 4.5 to 1) and 1.4.11 (what marks a control or its focus, 3 to 1)

const kText = 4.5;
const kMark = 3;

// In the page: colors, their contrast, and what may lie behind an element (of a gradient each of its stops).
const inPage = `(() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((each, at) => each * a + under[at] * (1 - a)).concat(1);
  const light = (color) => {
    const [r, g, b] = color.map((each) => (each / 255 <= 0.04045 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [a, b] = [light(one), light(other)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const colorsIn = (text) => text.match(/(rgba?|color|oklab|oklch)\\([^)]*\\)/g) ?? [];
  const behind = (element) => {
    if (element === null) return [[255, 255, 255, 1]];
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    const own = [backgroundColor, ...(backgroundImage === 'none' ? [] : colorsIn(backgroundImage))].map(rgba);
    const opaque = own.filter((each) => each[3] === 1 && each !== own[0]);
    if (opaque.length > 0) return opaque;
    const under = behind(element.parentElement);
    return own.flatMap((each) => under.map((one) => over(each, one)));
  };
  const opacity = (element) => (element === null ? 1 : getComputedStyle(element).opacity * opacity(element.parentElement));
  const worst = (color, backs) => Math.min(...backs.map((back) => contrast(over(color, back), back)));
  const name = (element) => element.id || element.className || element.outerHTML.slice(0, 80);
  return { rgba, contrast, behind, opacity, worst, name };
})()`;

const textBelow = (page, least) => page.evaluate(`(() => {
  const { rgba, behind, opacity, worst, name } = ${inPage};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const below = [];
  let seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest('[aria-disabled=true], .visually-hidden, noscript, option')) continue;
    seen += 1;
    if (opacity(element) === 0) continue;
    const [r, g, b, a] = rgba(getComputedStyle(element).color);
    const ratio = worst([r, g, b, a * opacity(element)], behind(element));
    if (ratio < ${least}) below.push(name(element) + ' "' + walker.currentNode.data.trim() + '" ' + ratio.toFixed(2));
  }
  if (seen < 40) below.push('only ' + seen + ' texts');
  return below;
})()`);

// The ring of each thing that the Tab key reaches, beside what is around it.
const ringsBelow = (page, least) => page.evaluate(`(() => {
  const { rgba, behind, worst, name } = ${inPage};
  const below = [];
  const worked = [...document.querySelectorAll('button, input, select, a[href], summary')]
    .filter((each) => each.checkVisibility() && !each.matches(':disabled'));
  for (const element of worked) {
    element.focus();
    const ringed = element.matches('[role=switch]') ? element.nextElementSibling : element;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(ringed);
    const ratio = worst(rgba(outlineColor), behind(element.id === 'card-move' ? document.body : ringed.parentElement));
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2 || ratio < ${least}) {
      below.push(name(element) + ' ' + outlineStyle + ' ' + outlineWidth + ' ' + ratio.toFixed(2));
    }
  }
  if (worked.length < 40) below.push('only ' + worked.length);
  return below;
})()`);

// What the eye sees: from outside to inside over the left edge of each control, the best contrast with the outside.
async function edgesBelow(page, selector, least) {
  const picture = (await page.screenshot({ fullPage: true })).toString('base64');
  return page.evaluate(`(async () => {
    const { contrast, name } = ${inPage};
    const picture = new Image();
    picture.src = 'data:image/png;base64,${picture}';
    await picture.decode();
    const canvas = document.createElement('canvas');
    canvas.width = picture.width;
    canvas.height = picture.height;
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    pen.drawImage(picture, 0, 0);
    const pixel = (x, y) => [...pen.getImageData(x, y, 1, 1).data];
    const worked = [...document.querySelectorAll(${JSON.stringify(selector)})].filter((each) => each.checkVisibility());
    const below = worked.length > 0 ? [] : ['nothing'];
    for (const element of worked) {
      const { left, top, height } = element.getBoundingClientRect();
      const [x, y] = [Math.round(left + scrollX), Math.round(top + scrollY + height / 2)];
      const outside = pixel(x - 3, y);
      const best = Math.max(...[0, 1, 2, 3, 4].map((inside) => contrast(pixel(x - 1 + inside, y), outside)));
      if (best < ${least}) below.push(name(element) + ' ' + best.toFixed(2));
    }
    return below;
  })()`);
}

const kEdges = '.key, .track, .steps button:not([aria-disabled=true]), .models button, .counters input, .counters button, '
  + '.field input, .quiet, select, #copy, .segments [aria-pressed=true], .languages [aria-pressed=true], .drawer [aria-pressed=true]';

for (const look of ['light', 'dark', 'forced']) {
  const options = { colorScheme: look === 'dark' ? 'dark' : 'light', forcedColors: look === 'forced' ? 'active' : 'none' };
  onPage(`what is written, and what marks a control and its focus, can be told in ${look} colors`, options, async (setup) => {
    const { page } = setup;
    await toCode(setup);
    await page.locator('.faults li[data-kind=slow] .switch').click();
    await page.locator('.faults li[data-kind=slow].on').waitFor();
    await page.locator('.apdu', { hasText: 'GET PROCESSING OPTIONS' }).locator('summary').click();
    await page.mouse.move(0, 0);
    for (const [at, size] of kSizes.entries()) {
      await page.setViewportSize(size);
      await settled(page);
      await setup.shot(`19-${look}-${size.width}`);
      assert.deepEqual(await edgesBelow(page, kEdges, kMark), [], named(size));
      if (at === 0 && look !== 'forced') assert.deepEqual(await textBelow(page, kText), []);
    }
    await page.keyboard.press('Tab');
    assert.deepEqual(await ringsBelow(page, kMark), []);

    // The dots of the display, beside its ground.
    const dots = await page.evaluate(`(() => {
      const { rgba, behind, worst } = ${inPage};
      const lcd = document.getElementById('lcd');
      const canvas = document.getElementById('dots');
      const pen = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height })
        .getContext('2d', { willReadFrequently: true });
      pen.drawImage(canvas, 0, 0);
      const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
      const shades = new Map();
      for (let at = 0; at < data.length; at += 4) {
        const shade = [...data.slice(at, at + 3), data[at + 3] / 255];
        if (shade[3] === 1) shades.set(shade.join(), shade);
      }
      return [...shades.values()].map((shade) => worst(shade, behind(lcd)));
    })()`);
    assert.ok(dots.length > 0 && dots.every((each) => each >= kText), `${dots}`);
  });
}

// ---- axe-core: WCAG 2.2 A and AA, good practice, labels in names, targets of 24 pixels

const kModes = {
  light: {}, dark: { colorScheme: 'dark' }, forced: { forcedColors: 'active' }, French: { locale: 'fr-FR' },
};
for (const [mode, options] of Object.entries(kModes)) {
  onPage(`axe-core finds nothing on the page, its dialogs and the overview, in ${mode}`, options, async (setup) => {
    const { page, state } = setup;
    await card(page).click();
    await state('choose_function');
    assert.deepEqual(await findings(page), [], 'as it waits');
    await page.keyboard.press('a');
    await state('pin');
    assert.deepEqual(await findings(page), [], 'as it asks for the PIN');
    await page.keyboard.type('1234');
    await page.keyboard.press('Enter');
    await state('code');
    await page.locator('.digits > summary').click();
    await page.locator('.apdu summary').nth(3).click();
    await page.keyboard.press('x');
    for (const size of [kSizes[0], kSizes[2]]) {
      await page.setViewportSize(size);
      await settled(page);
      await setup.shot(`28-axe-${mode}-${size.width}`);
      assert.deepEqual(await findings(page), [], named(size));
    }
    for (const [typed, dialog] of [['?', '#help'], ['s', '#as-code']]) {
      await page.keyboard.press(typed);
      await page.locator(`${dialog}[open]`).waitFor();
      assert.deepEqual(await findings(page), [], dialog);
      await page.keyboard.press('Escape');
    }
    await page.keyboard.press('o');
    await page.locator(`.tile[data-id="${setup.id}"]`).waitFor();
    assert.deepEqual(await findings(page), [], 'all readers');
    await setup.shot(`28-axe-${mode}-overview`);
  });
}

// WCAG 2.2, 2.5.8, without its exceptions: each thing to be clicked is so large.
const smallOnes = (page) => page.evaluate(() => [...document.querySelectorAll('button, select, summary, a[href], input')]
  .filter((each) => each.checkVisibility())
  .map((each) => (each.matches('[type=checkbox]') ? each.closest('label') : each))
  .map((each) => ({ each, box: each.getBoundingClientRect() }))
  .filter(({ box }) => box.width < 24 || box.height < 24)
  .map(({ each, box }) => `${each.outerHTML.slice(0, 90)} ${box.width} × ${box.height}`));

onPage('what can be clicked has 24 pixels at least, on the page, in its dialogs and in the overview', {}, async (setup) => {
  const { page } = setup;
  await toCode(setup);
  for (const size of kSizes) {
    await page.setViewportSize(size);
    assert.deepEqual(await smallOnes(page), [], named(size));
  }
  for (const [typed, dialog] of [['?', '#help'], ['s', '#as-code']]) {
    await page.keyboard.press(typed);
    await page.locator(`${dialog}[open]`).waitFor();
    assert.deepEqual(await smallOnes(page), [], dialog);
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('o');
  await page.locator(`.tile[data-id="${setup.id}"]`).waitFor();
  for (const width of [320, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    assert.deepEqual(await smallOnes(page), [], `all readers, ${width}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} pixels wide in ${width}`);
  }
});

for (const model of ['Vasco 810', 'PINsentry', 'Random Reader']) {
  onPage(`the ${model} can be read, too, and each card`, {}, async (setup) => {
    const { page } = setup;
    await button(page, model).click();
    await page.getByText(model, { exact: true }).nth(1).waitFor();
    for (const name of ['aes-card', 'bank-card', 'belgian-card']) {
      await page.locator(`#cards [data-name=${name}]`).click();
      await page.locator(`#card[data-card=${name}]`).waitFor();
      assert.deepEqual(await textBelow(page, kText), []);
    }
    assert.deepEqual(await edgesBelow(page, '.key', kMark), []);
    await page.keyboard.press('Tab');
    assert.deepEqual(await ringsBelow(page, kMark), []);
  });
}

onPage('a message, the banner and the dialog can be read in dark colors', { colorScheme: 'dark', refused: true }, async ({ page, id }) => {
  await page.locator('[data-kind=stuck_key] input[name=key]').fill('Z');
  await page.locator('[data-kind=stuck_key] .switch').click();
  await page.locator('#toast').waitFor();
  assert.deepEqual(await textBelow(page, kText), []);
  await page.evaluate(() => document.getElementById('sign-in').showModal());
  assert.deepEqual(await textBelow(page, kText), []);
  await page.evaluate(() => document.getElementById('sign-in').close());
  await page.evaluate(() => { location.hash = 'nobody'; });
  await page.locator('#banner').waitFor();
  assert.deepEqual(await edgesBelow(page, '#banner button', kMark), []);
  assert.notEqual(id, 'nobody');
});
