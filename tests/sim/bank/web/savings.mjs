// « Some security rules to use your personal site »: the secure site of the employees' savings.
import assert from 'node:assert/strict';
import {
  click, enter, enterCoopanet, enterSavings, events, field, headed, link, logOff, look, menu, onPage, says,
} from './setup.mjs';

const kOwn = { alice: { password: { value: 'Lilas-et-Ronces', must_change: false } } };
const isIn = (page) => headed(page, 'Votre épargne');

onPage('the first login by e-mail personalizes the password, by the rules', {}, async ({ page }) => {
  await link(page, 'Espace sécurisé Épargne salariale').click();
  await says(page, 'Ne l’enregistrez pas, même si le navigateur le propose.');
  await says(page, 'le bon nom de domaine, https:// et le cadenas');
  await look(page, '60-savings');
  await enter(page, { email: 'alice@example.org', password: 'Premier-Mot-9' });
  for (const attribute of ['autocomplete', 'type']) {
    assert.equal(await field(page, 'password').getAttribute(attribute), attribute === 'type' ? 'password' : 'off');
  }
  await click(page, 'Valider');
  await headed(page, 'Nouveau mot de passe');
  for (const advice of ['Facile à retenir', 'aucun autre service', 'ne dites à personne', 'quand le navigateur le propose']) await says(page, advice);
  await look(page, '61-first-password');
  const attempt = async (fresh, again = fresh) => {
    await enter(page, { fresh, again });
    await click(page, 'Modifier');
  };
  await attempt('court');
  await says(page, 'Trop court.');
  await attempt('Exemple-1980');
  await says(page, 'Il contient une indication personnelle');
  await attempt('Premier-Mot-9');
  await says(page, 'Il a déjà servi.');
  await attempt('Lilas-et-Ronces', 'Lilas-et-ronces');
  await says(page, 'Ce n’est pas deux fois le même.');
  await look(page, '62-password-rules');
  await attempt('Lilas-et-Ronces');
  await says(page, 'Votre code est changé.');
  await isIn(page);
  await look(page, '63-savings-accounts');
  await logOff(page);
  await enterSavings(page, 'Lilas-et-Ronces');
  await isIn(page);
});

onPage('company number and server code do as well', { people: kOwn }, async ({ page }) => {
  await link(page, 'Espace sécurisé Épargne salariale').click();
  await page.getByLabel('Numéro d’entreprise et code serveur').check();
  await enter(page, { company: '4711', server_code: 'A1B2C3', password: 'Lilas-et-Ronces' });
  await click(page, 'Valider');
  await isIn(page);
});

onPage('a password is changed at any time, with the old one', { people: kOwn }, async ({ page }) => {
  await enterSavings(page, 'Lilas-et-Ronces');
  await isIn(page);
  await menu(page, 'Mot de passe');
  await headed(page, 'Nouveau mot de passe');
  await enter(page, { old: 'Lilas-et-ronces', fresh: 'Houx et Buis', again: 'Houx et Buis' });
  await click(page, 'Modifier');
  await says(page, 'L’ancien code n’est pas le bon.');
  await enter(page, { old: 'Lilas-et-Ronces' });
  await click(page, 'Modifier');
  await says(page, 'Votre code est changé.');
  await logOff(page);
  await enterSavings(page, 'Houx et Buis');
  await isIn(page);
});

onPage('three failures disable the account; a new password comes by post alone', { people: kOwn }, async ({ bank, page }) => {
  await enterSavings(page, 'one');
  await says(page, 'Connexion refusée');
  await enter(page, { password: 'two' });
  await click(page, 'Valider');
  await says(page, 'au prochain échec');
  await enter(page, { password: 'three' });
  await click(page, 'Valider');
  await headed(page, 'Accès désactivé');
  await says(page, 'demandez un nouveau mot de passe\u00a0: il vous sera envoyé par courrier');
  await link(page, 'Demander un courrier').click();
  await headed(page, 'Nouveau mot de passe');
  await click(page, 'Demander un courrier');
  await says(page, 'Demande enregistrée');
  const { values } = await bank.message('post', 'mot de passe');
  await link(page, 'Retour à la connexion').click();
  await enter(page, { email: 'alice@example.org', password: 'Lilas-et-Ronces' });
  await click(page, 'Valider');
  await headed(page, 'Accès désactivé');  // the right one, too late
  await link(page, 'Banque simulée , accueil').click();
  await enterSavings(page, values.code);
  await headed(page, 'Nouveau mot de passe');
  await enter(page, { fresh: 'Houx et Buis', again: 'Houx et Buis' });
  await click(page, 'Modifier');
  await isIn(page);
  await menu(page, 'Historique des opérations');
  await headed(page, 'Historique des opérations');
  const all = await events(page);
  for (const event of ['login', 'secret_changed', 'letter_sent', 'disabled', 'login_refused']) assert.ok(all.includes(event), event);
});

onPage('contact and bank details change with a code sent to the mobile number', { people: kOwn }, async ({ bank, page }) => {
  await enterSavings(page, 'Lilas-et-Ronces');
  await isIn(page);
  await menu(page, 'Coordonnées');
  await click(page, 'Continuer');
  await says(page, 'Rien n’est rempli.');
  await enter(page, { address: '9 place Neuve, 35000 Rennes', mobile: '06 11 22 33 44', bank_iban: 'FR76 3000 6000 0112 3456 7890 189' });
  await look(page, '64-details');
  await click(page, 'Continuer');
  await says(page, 'Un code à usage unique vient d’être envoyé à votre mobile');
  await says(page, '+33611223344');
  const { to, values } = await bank.message('sms', 'usage unique');
  assert.equal(to, '+33600000001');
  await look(page, '65-details-sms');
  await field(page, 'code').fill(values.code === '000000' ? '000001' : '000000');
  await click(page, 'Confirmer');
  await says(page, 'Code refusé');
  const second = await bank.message('sms', 'usage unique');
  await field(page, 'code').fill(second.values.code);
  await click(page, 'Confirmer');
  await says(page, 'Vos coordonnées sont à jour');
  await menu(page, 'Coordonnées');
  await says(page, '9 place Neuve, 35000 Rennes');
});

onPage('the silhouette at the top right has the date and time of the last login', { people: kOwn }, async ({ bank, page }) => {
  await enterSavings(page, 'Lilas-et-Ronces');
  await isIn(page);
  await page.locator('.who-button').click();
  await says(page, 'Première connexion');
  await logOff(page);
  await bank.advance(26 * 60 * 60 * 1000);
  await enterSavings(page, 'Lilas-et-Ronces');
  await isIn(page);
  const { x, width } = await page.locator('.who-button').boundingBox();
  assert.ok(x + width > 1280 * 0.7);
  await page.locator('.who-button').click();
  // 9.00 UTC is 10.00 in Paris.
  assert.match(await page.locator('#last-login').innerText(), /2 mars 2026.*10:00\s*mot de passe/s);
  await look(page, '66-last-login');
  await page.keyboard.press('Escape');
  assert.ok(await page.locator('#who').isHidden());
});

onPage('what somebody tried is in the transaction history', { people: kOwn }, async ({ page }) => {
  await enterSavings(page, 'one');
  await says(page, 'Connexion refusée');
  await enter(page, { password: 'Lilas-et-Ronces' });
  await click(page, 'Valider');
  await isIn(page);
  await page.getByRole('heading', { name: 'Vos opérations' }).waitFor();
  await menu(page, 'Historique des opérations');
  await headed(page, 'Historique des opérations');
  assert.deepEqual(await events(page), ['login', 'login_refused']);
  await look(page, '67-history');
});

onPage('there is a log-off button on every page, and after it nothing is to be seen', { people: kOwn }, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code());
  await headed(page, 'Comptes et soldes');
  const places = await page.locator('#menu a').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
  assert.ok(places.length > 8, places.join());
  for (const place of [...places, '#/security', '#/assistance', '#/']) {
    const before = await page.locator('#view h1').elementHandle();
    await page.evaluate((hash) => { location.hash = hash; }, place);
    if (place !== places[0]) await before.waitForElementState('hidden');
    assert.ok(await page.locator('#log-off').isVisible(), place);
  }
  await page.evaluate(() => { location.hash = '#/accounts'; });
  await headed(page, 'Comptes et soldes');
  await logOff(page);
  await page.goBack();
  await says(page, 'Identifiez-vous pour voir cette page.');
  assert.equal(await page.getByText('12\u202f480,55').count(), 0);
});

// ---- 5 minutes

onPage('after 5 minutes without activity the session is over, and the page says why', { people: kOwn }, async ({ bank, page }) => {
  await enterSavings(page, 'Lilas-et-Ronces');
  await isIn(page);
  await bank.advance(5 * 60 * 1000 - 1);
  await menu(page, 'Historique des opérations');
  await headed(page, 'Historique des opérations');
  await bank.advance(5 * 60 * 1000);
  await menu(page, 'Coordonnées');  // asks nothing of the bank
  await menu(page, 'Comptes et soldes');
  await says(page, '5 minutes sans activité');
  await headed(page, 'Épargne salariale');
  await look(page, '68-session-over');
});

onPage('a word before the end, and staying', { people: kOwn }, async ({ bank, page }) => {
  await page.clock.install();
  await enterSavings(page, 'Lilas-et-Ronces');
  await isIn(page);
  const pass = async (ms) => {
    await bank.advance(ms);
    await page.clock.fastForward(ms);
    await page.clock.runFor(1500);
  };
  await pass(4 * 60 * 1000);
  const dialog = page.getByRole('dialog', { name: 'Votre session va se terminer' });
  await dialog.waitFor();
  await look(page, '69-ending');
  await click(page, 'Rester connecté');
  await dialog.waitFor({ state: 'hidden' });
  await pass(4 * 60 * 1000);
  await dialog.waitFor();
  await pass(61 * 1000);
  await page.clock.runFor(3000);
  await says(page, '5 minutes sans activité');
});

onPage('the outbox shows post and SMS as they are sent, marked as the simulator\'s', { people: kOwn }, async ({ bank, page, context }) => {
  const outbox = await context.newPage();
  await outbox.goto(`${bank.url}outbox`);
  await outbox.getByText('Rien n’est encore parti.').waitFor();
  await look(outbox, '70-outbox-empty');
  await enterCoopanet(page, await bank.code());
  await menu(page, 'Coordonnées');
  await enter(page, { email: 'alice@example.com' });
  await click(page, 'Continuer');
  const code = await outbox.locator('.message.sms kbd').innerText();
  await look(outbox, '71-outbox');
  await outbox.getByText('Une vraie banque n’a pas cette page').waitFor();
  await field(page, 'code').fill(code);
  await click(page, 'Confirmer');
  await says(page, 'Vos coordonnées sont à jour');
});
