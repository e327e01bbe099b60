// The reader's manual: « Accès abonnés », « Accès à vos comptes », the Sésame reader, and what becomes of a code.
import assert from 'node:assert/strict';
import {
  browser, click, enter, enterCoopanet, events, field, headed, isIn, link, logOff, look, menu, onPage, says, site, toCoopanet,
} from './setup.mjs';
import { test } from 'node:test';

onPage('a subscriber clicks on the Sésame reader, enters user code and Sésame code, and is in', {}, async ({ bank, page }) => {
  await look(page, '01-home');
  await link(page, 'Accès abonnés Coop@net').click();
  await headed(page, 'Accès à vos comptes');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');  // who listens hears where they are
  await look(page, '02-coopanet');
  await link(page, 'Lecteur Sésame').click();
  for (const step of ['Insérez votre carte', '« Choisir la fonction »', 'touche CODE', 'code secret de votre carte (4 chiffres)', '35 secondes']) {
    await says(page, step.replace('« ', '«\u00a0').replace(' »', '\u00a0»'));
  }
  await look(page, '03-coopanet-code');
  await enter(page, { user_code: 'ALICE001', code: await bank.code() });
  await click(page, 'Valider');
  await isIn(page);
  await says(page, 'Compte courant');
  await look(page, '04-accounts');
});

for (const [form, write] of [['0000 0000', (code) => `${code.slice(0, 4)} ${code.slice(4)}`], ['00000000', (code) => code]]) {
  onPage(`a code may be written ${form}`, {}, async ({ bank, page }) => {
    await enterCoopanet(page, write(await bank.code()));
    await isIn(page);
  });
}

onPage('a code logs in once, and the next one again', {}, async ({ bank, page }) => {
  const code = await bank.code();
  await enterCoopanet(page, code);
  await isIn(page);
  await logOff(page);
  await enterCoopanet(page, code);
  await says(page, 'Connexion refusée');
  await enter(page, { code: await bank.code() });
  await click(page, 'Valider');
  await isIn(page);
});

onPage('a code that was not used in 35 seconds is gone from the reader, and another is made', {}, async ({ bank, page }) => {
  const { reader } = await bank.reader(1);
  const first = await bank.code();
  await reader.advance(34_999);
  assert.equal((await reader.get()).code, first);
  await reader.advance(1);
  assert.equal((await reader.get()).lit, false);
  await enterCoopanet(page, await bank.code());
  await isIn(page);
});

onPage('a bank card logs in as a Sésame card does', {}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code(2), 'BRUNO002');
  await isIn(page);
});

onPage('a code of seven digits, and a user code of seven characters, are not sent', {}, async ({ page }) => {
  await toCoopanet(page);
  const sent = [];
  page.on('request', (request) => { if (request.method() === 'POST') sent.push(request.url()); });
  await enter(page, { user_code: 'ALICE01', code: '1234 567' });
  await click(page, 'Valider');
  await says(page, 'Un code utilisateur a 8 caractères.');
  await says(page, 'Un code a 8 chiffres.');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'user_code');
  assert.deepEqual(sent, []);
  await look(page, '05-coopanet-wrong');
});

onPage('three wrong codes disable the reader: a warning, a letter, its code, and the reader is good again', {}, async ({ bank, page }) => {
  await toCoopanet(page);
  const attempt = async () => {
    await enter(page, { user_code: 'ALICE001', code: '00000000' });
    await click(page, 'Valider');
  };
  await attempt();
  await says(page, 'Connexion refusée');
  await attempt();
  await says(page, 'au prochain échec, votre accès sera désactivé');
  await look(page, '06-last-try');
  await attempt();
  await headed(page, 'Accès désactivé');
  await look(page, '07-disabled');
  await link(page, 'Demander un courrier').click();
  await headed(page, 'Rouvrir l’accès par lecteur');
  assert.equal(await field(page, 'user_code').inputValue(), 'ALICE001');
  await look(page, '08-letter');
  await click(page, 'Demander un courrier');
  await says(page, 'Demande enregistrée');
  const { values } = await bank.message('post', 'activation');
  await link(page, 'J’ai reçu le courrier').click();
  await headed(page, 'Rouvrir mon accès');
  await enter(page, { letter_code: values.code });
  await look(page, '09-reactivation');
  await click(page, 'Valider');
  await says(page, 'Votre accès est rouvert');
  await link(page, 'Retour à la connexion').click();
  await link(page, 'Lecteur Sésame').click();
  await enter(page, { user_code: 'ALICE001', code: await bank.code() });
  await click(page, 'Valider');
  await isIn(page);
  await menu(page, 'Historique des opérations');
  await headed(page, 'Historique des opérations');
  assert.deepEqual((await events(page)).slice(0, 6), ['login', 'reactivated', 'letter_sent', 'disabled', 'login_refused', 'login_refused']);
});

onPage('who is no customer is told what a customer is told', {}, async ({ page }) => {
  const told = async (userCode) => {
    await page.reload();
    await field(page, 'user_code').waitFor();
    const all = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await enter(page, { user_code: userCode, code: '00000000' });
      await click(page, 'Valider');
      if (attempt < 2) await page.locator('#view .alert p').waitFor();
      else await headed(page, 'Accès désactivé');
      all.push(await page.locator('#view').innerText());
      if (attempt < 2) await page.evaluate(() => document.querySelector('#view .alert').replaceChildren());
    }
    await page.goBack();
    await field(page, 'user_code').waitFor();
    return all;
  };
  await toCoopanet(page);
  assert.deepEqual(await told('ALICE001'), await told('NOBODY00'));
});

// ---- the demonstration: `sesame bank demo`, and a browser that knows nothing

test('a newcomer logs in with the reader beside the page, takes the card out and in again, and signs a transfer', async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'fr-FR', viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(30000);
  const page = await context.newPage();
  const demo = page.locator('#demo');
  const worked = async (hint, name) => {
    await demo.getByText(hint).waitFor();
    await demo.getByRole('button', { name }).click();
  };
  const code = async () => {
    await choose('Touche CODE');
    await worked('Tapez le code secret', 'Taper le code secret 1234');
    await worked('Voilà votre code', 'Reporter le code');
  };
  // Whatever it shows from before: OK leads to the choice of a function, and lights it first where it is dark.
  const choose = async (name) => {
    const key = demo.getByRole('button', { name: 'Touche OK' });
    for (let presses = 0; presses < 3 && !(await demo.getByText('Appuyez sur CODE').isVisible()); presses += 1) {
      const before = await demo.locator('.demo-screen').getAttribute('src');
      await key.click();
      await page.locator(`.demo-screen:not([src="${before}"])`).waitFor();
    }
    await worked('Appuyez sur CODE', name);
  };
  await page.goto(site.url);
  await toCoopanet(page);
  await demo.getByRole('button', { name: site.customer.user_code }).click();
  await code();
  await look(page, '10-demonstration');
  assert.equal(await field(page, 'user_code').inputValue(), site.customer.user_code);
  await click(page, 'Valider');
  await isIn(page);
  await logOff(page);
  await demo.getByRole('button', { name: 'Retirer la carte' }).click();
  await demo.getByRole('button', { name: 'Insérer la carte' }).click();
  await toCoopanet(page);
  await demo.getByRole('button', { name: site.customer.user_code }).click();
  await code();
  await click(page, 'Valider');
  await isIn(page);

  await menu(page, 'Virement instantané');
  await headed(page, 'Virement instantané');
  await enter(page, { amount: '12,50' });
  await click(page, 'Continuer');
  const typed = await page.locator('.inputs kbd').allTextContents();
  await choose('Touche SIGNER');
  await worked('Tapez le code secret', 'Taper le code secret 1234');
  for (const number of typed) {
    await demo.getByText('Tapez le nombre demandé').waitFor();
    for (const digit of number) await demo.getByRole('button', { name: `Touche ${digit}`, exact: true }).click();
    await demo.getByRole('button', { name: 'Touche OK' }).click();
  }
  await demo.getByText('Tapez le nombre demandé').waitFor();
  await demo.getByRole('button', { name: 'Touche OK' }).click();
  await worked('Voilà votre code', 'Reporter le code');
  await click(page, 'Confirmer');
  await says(page, 'Virement effectué');
  await look(page, '11-demonstration-signed');
  await context.close();
});
