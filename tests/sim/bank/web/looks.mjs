// The pages in English, by keyboard alone, for who listens, and on a telephone.
import assert from 'node:assert/strict';
import {
  button, click, enterCoopanet, enterSavings, field, headed, isIn, kSizes, link, look, menu, onPage, says, toCoopaccess,
} from './setup.mjs';

onPage('English, where the browser or a button says so; what was typed and begun stays', { locale: 'en-GB' }, async ({ bank, page }) => {
  await link(page, 'Subscriber access Coop@net').click();
  await link(page, 'Sésame reader').click();
  await field(page, 'user_code').fill('ALICE001');
  await click(page, 'FR, Français');
  await says(page, 'Entrez-le sur Coop@net');
  assert.equal(await page.getAttribute('html', 'lang'), 'fr');
  assert.equal(await field(page, 'user_code').inputValue(), 'ALICE001');
  await click(page, 'EN, English');
  await field(page, 'code').fill(await bank.code());
  await click(page, 'Confirm');
  await headed(page, 'Accounts and balances');
  await says(page, '€12,480.55');
  await menu(page, 'Instant transfer');
  await field(page, 'amount').fill('7.5');
  await click(page, 'Continue');
  const typed = await page.locator('.inputs kbd').allInnerTexts();
  await click(page, 'FR, Français');
  await page.getByRole('heading', { name: 'À signer' }).waitFor();
  assert.deepEqual(await page.locator('.inputs kbd').allInnerTexts(), typed);
  await look(page, '80-language');
});

onPage('by keyboard alone: in, to a page, and out', { people: { alice: { password: { value: 'Lilas-et-Ronces', must_change: false } } } },
  async ({ page }) => {
    const tabTo = async (selector) => {
      for (let tabs = 0; tabs < 60; tabs += 1) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
      }
      throw new Error(`the Tab key does not lead to ${selector}`);
    };
    const ringed = () => page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none');
    await tabTo('#skip');
    assert.ok(await page.locator('#skip').isVisible());
    await page.keyboard.press('Enter');
    await tabTo('[data-site=savings] a');
    assert.ok(await ringed());
    await page.keyboard.press('Enter');
    await headed(page, 'Épargne salariale');
    await tabTo('[name=email]');
    await page.keyboard.type('alice@example.org');
    await tabTo('[name=password]');
    assert.ok(await ringed());
    await page.keyboard.type('Lilas-et-Ronces');
    await page.keyboard.press('Enter');
    await headed(page, 'Votre épargne');
    await tabTo('#menu a[href="#/history"]');
    await page.keyboard.press('Enter');
    await headed(page, 'Historique des opérations');
    await page.keyboard.press('Shift+Tab');
    for (let tabs = 0; tabs < 30 && await page.evaluate(() => document.activeElement.id !== 'log-off'); tabs += 1) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await says(page, 'Vous êtes déconnecté.');
  });

onPage('who listens is told of errors, and of a new page by its heading', {}, async ({ page }) => {
  await enterSavings(page, 'wrong');
  const alert = page.getByRole('alert').filter({ hasText: 'Connexion refusée' });
  await alert.waitFor();
  await link(page, 'Mot de passe oublié\u00a0?').click();
  await headed(page, 'Nouveau mot de passe');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Nouveau mot de passe');
  await field(page, 'email').fill('');
  await click(page, 'Demander un courrier');
  await says(page, 'À remplir.');
  const described = await field(page, 'email').getAttribute('aria-describedby');
  assert.equal(await page.locator(`#${described.split(' ').at(-1)}`).innerText(), 'À remplir.');
  assert.equal(await field(page, 'email').getAttribute('aria-invalid'), 'true');
});

onPage('a telephone\'s menu opens and closes', { viewport: kSizes[2] }, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code());
  await isIn(page);
  const item = page.locator('#menu').getByRole('link', { name: 'Chéquiers' });
  assert.ok(await item.isHidden());
  await button(page, 'Menu').click();
  await look(page, '81-menu');
  await item.click();
  await headed(page, 'Chéquiers');
  assert.ok(await item.isHidden());
});

onPage('a certificate that was refused, or an identifier that is missing, leads back to the beginning', {}, async ({ page }) => {
  await page.evaluate(() => { location.hash = '#/coopaccess/reader'; });
  await headed(page, 'Connexion');
  await field(page, 'client_id').waitFor();
  await page.evaluate(() => { location.hash = '#/certificate-refused'; });
  await says(page, 'Le certificat n’a pas été accepté.');
  await page.evaluate(() => { location.hash = '#/'; });
  await headed(page, 'Espace personnel');
  await toCoopaccess(page, 'reader', { clientId: '<img src=x onerror=alert(1)>' });
  await says(page, '<img src=x onerror=alert(1)>');
  assert.equal(await page.locator('img[src=x]').count(), 0);
});
