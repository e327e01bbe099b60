// One simulator, one browser and one page for all tests: opening a page costs more than most of what is done with it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { button, kSizes, openPage, startBrowser, startSimulator } from './setup.mjs';

export let simulator;
export let browser;
let shared = null;  // a setup whose page goes from test to test

before(async () => {
  simulator = await startSimulator();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  if (simulator) assert.equal(await simulator.stop(), 0);
});

const kLook = { viewport: kSizes[0], colorScheme: 'light', forcedColors: 'none', reducedMotion: 'reduce' };
const canBeShared = (options) => Object.keys(options).every((each) => each === 'reader' || each in kLook);

async function sharedPage({ reader, ...options }) {
  shared ??= await openPage(browser, simulator.url, {});
  const { page } = shared;
  const { viewport, ...media } = { ...kLook, ...options };
  await page.emulateMedia(media);
  await page.setViewportSize(viewport);
  await shared.visit(reader);
  if (await page.getAttribute('html', 'lang') !== 'en') await button(page, 'EN, English').click();
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    document.getElementById('readers').focus();
    document.activeElement.blur();  // the Tab key begins there
    scrollTo(0, 0);
  });
  return shared;
}

export async function closeShared() {
  await shared?.close();
  shared = null;
}

// A test on a page with a reader of its own. The page must not complain: neither the console, nor the policy on what it
// may load; with `refused` it may say that the simulator refused something.
export function onPage(name, { refused = false, ...options }, body) {
  test(name, async () => {
    const setup = canBeShared(options) ? await sharedPage(options) : await openPage(browser, simulator.url, options);
    try {
      await body(setup);
      const allowed = (text) => refused && text.startsWith('console: Failed to load resource');
      assert.deepEqual(setup.complaints.filter((each) => !allowed(each)), []);
      if (setup === shared) await setup.forget();
      else await setup.close();
    } catch (error) {
      if (setup === shared) shared = null;
      await setup.close();
      throw error;
    }
  });
}
