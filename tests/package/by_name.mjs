// A login test of somebody else's, in another network namespace than the simulator: Playwright's browser and our fixtures, by
// the simulator's name and its token.
import { createRequire } from 'node:module';

import { withSesame } from '../../sim/clients/js/playwright.js';

const { SESAME_CHROMIUM, SESAME_NODE_MODULES, SESAME_TOKEN: token, SESAME_URL: url } = process.env;
const { chromium } = createRequire(`${SESAME_NODE_MODULES}/`)('playwright-core');
const fixtures = withSesame({ extend: (given) => given }, { url, token });
const passed = { status: 'passed', expectedStatus: 'passed', attach: () => {} };

await fixtures.sesame[0]({}, (sesame) => fixtures.reader(
  { sesame, readerOptions: fixtures.readerOptions[0] },
  async (reader) => {
    console.log(`code ${(await reader.otp({ pin: '1234' })).code}`);
    const browser = await chromium.launch({ executablePath: SESAME_CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    const page = await browser.newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(20000);
    await page.goto(`${url}/#${reader.id}`);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Enter', exact: true }).click();
    await page.waitForSelector(`html[data-state]:has(#trace[href="/v1/readers/${reader.id}/trace"])`, { state: 'attached' });
    await browser.close();
  },
  passed,
));
