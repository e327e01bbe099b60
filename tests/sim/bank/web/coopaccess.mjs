// « L'authentification sur Coop@ccess »: its three means, the 90 days, and the five functions of the reinforced
// authentication.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import {
  browser, button, click, confirm, enter, enterConfidential, enterCoopanet, events, field, headed, inputs, isIn, kBakery, kDay,
  link, logOff, look, menu, onPage, says, site, toCoopaccess,
} from './setup.mjs';

const text = (page, selector) => page.locator(selector).first().innerText();

onPage('the login form has what the document shows', {}, async ({ page }) => {
  await link(page, 'Espace personnel Coop@ccess').click();
  await headed(page, 'Connexion');
  await page.getByRole('heading', { name: 'Saisissez votre identifiant' }).waitFor();
  assert.equal(await field(page, 'client_id').getAttribute('placeholder'), 'Entrez votre identifiant');
  await link(page, 'Identifiant oublié\u00a0?').waitFor();
  await page.locator('#view').getByRole('switch', { name: 'Version accessible' }).waitFor();
  await page.getByLabel('Mémoriser mon identifiant').waitFor();
  await button(page, 'Valider').waitFor();
  await page.getByRole('heading', { name: 'Bienvenue' }).waitFor();
  await page.locator('#view').getByRole('link', { name: 'Assistance' }).waitFor();
  assert.match(await text(page, '.security'), /Ne communiquez jamais vos codes confidentiels, codes sécurité reçus par SMS ou mots de passe, même pour annuler un paiement/);
  await look(page, '20-coopaccess');
  await link(page, 'Plus d’informations').click();
  await headed(page, 'Conseils de sécurité');
  await look(page, '21-advice');
});

onPage('by CAP reader: identifier, user number, and the code of the reader', {}, async ({ bank, page }) => {
  await toCoopaccess(page, 'reader');
  await look(page, '22-reader');
  await enter(page, { user_number: '1', code: await bank.code() });
  await click(page, 'Valider');
  await isIn(page);
});

onPage('the identifier is remembered where that is asked for, and nothing else is', {}, async ({ bank, page }) => {
  await link(page, 'Espace personnel Coop@ccess').click();
  await enter(page, { client_id: '10002000' });
  await page.getByLabel('Mémoriser mon identifiant').check();
  await click(page, 'Valider');
  await enter(page, { user_number: '1', code: await bank.code() });
  await click(page, 'Valider');
  await isIn(page);
  assert.deepEqual(await page.evaluate(() => [...Object.values(localStorage), ...Object.values(sessionStorage)]), ['10002000']);
  await logOff(page);
  await page.reload();
  await link(page, 'Espace personnel Coop@ccess').click();
  assert.equal(await field(page, 'client_id').inputValue(), '10002000');
});

onPage('a forgotten identifier comes by post, and the page says the same to everybody', {}, async ({ bank, page }) => {
  await link(page, 'Espace personnel Coop@ccess').click();
  const ask = async (name) => {
    await link(page, 'Identifiant oublié\u00a0?').click();
    await headed(page, 'Identifiant oublié');
    await enter(page, { name, born: '1980-05-17' });
    if (name.startsWith('Alice')) await look(page, '23-identifier-forgotten');
    await click(page, 'Demander un courrier');
    await says(page, 'Demande enregistrée');
    const said = await page.locator('#view').innerText();
    await link(page, 'Retour à la connexion').click();
    return said;
  };
  assert.equal(await ask('Alice Exemple'), await ask('Nobody At All'));
  assert.match((await bank.message('post', 'identifiant')).text, /10002000/);
});

onPage('the accessible version is larger, in one column, and stays', {}, async ({ page }) => {
  await link(page, 'Espace personnel Coop@ccess').click();
  const before = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
  await page.locator('#view .switch').click();
  assert.equal(await page.locator('.switch input').evaluateAll((all) => all.every((each) => each.checked)), true);
  await page.reload();
  await headed(page, 'Connexion');
  assert.ok(await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize)) > before * 1.25);
  await look(page, '24-accessible');
});

// ---- the confidential code

onPage('a first login by confidential code proves itself with the reader, and changes the code', {
  people: { alice: { strong_at_ms: undefined, confidential_code: { value: 'girofle84', must_change: true } } },
}, async ({ bank, page }) => {
  await toCoopaccess(page, 'confidential');
  await says(page, 'l’administrateur de votre abonnement peut vous générer un nouveau code confidentiel');
  await look(page, '25-confidential');
  await enter(page, { user_number: '1', confidential_code: 'girofle84' });
  await click(page, 'Valider');
  await headed(page, 'Authentification forte');
  await look(page, '26-must-prove');
  // Nothing else is to be had before.
  await page.evaluate(() => { location.hash = '#/accounts'; });
  await page.waitForURL(/#\/strong$/);
  await click(page, 'S’authentifier');
  await confirm(page, bank);
  await headed(page, 'Nouveau code confidentiel');
  await look(page, '27-must-change');
  await enter(page, { fresh: 'abc', again: 'abc' });
  await click(page, 'Modifier');
  await says(page, 'Trop court.');
  await enter(page, { fresh: 'Exemple80', again: 'Exemple80' });
  await click(page, 'Modifier');
  await says(page, 'Il contient une indication personnelle');
  await enter(page, { fresh: 'tulipe93', again: 'tulipe93' });
  await click(page, 'Modifier');
  await isIn(page);
  await logOff(page);
  await enterConfidential(page, 'tulipe93');
  await isIn(page);
});

onPage('between two strong authentications there are balances and 90 days; the reader opens the rest', {}, async ({ bank, page }) => {
  await enterConfidential(page, 'tournesol7');
  await isIn(page);
  await link(page, 'Compte courant').click();
  await headed(page, 'Compte courant');
  assert.deepEqual(await page.locator('#view select option').allInnerTexts(), ['30 derniers jours', '90 derniers jours']);
  await says(page, '90 jours au plus');
  await look(page, '28-limited');
  await menu(page, 'Remises d’ordres');
  await headed(page, 'Authentification forte nécessaire');
  await look(page, '29-not-now');
  await link(page, 'S’authentifier').click();
  await click(page, 'S’authentifier');
  await look(page, '30-strong');
  await confirm(page, bank);
  await headed(page, 'Remises d’ordres');
  await says(page, 'Authentification forte réussie.');
});

onPage('90 days after the last strong authentication the reader is asked for, and nothing else is shown', {}, async ({ bank, page }) => {
  await enterConfidential(page, 'tournesol7');
  await isIn(page);
  await logOff(page);
  await bank.advance(89 * kDay);  // the last one was a day before
  await enterConfidential(page, 'tournesol7');
  await headed(page, 'Authentification forte');
  await click(page, 'S’authentifier');
  await confirm(page, bank);
  await isIn(page);
});

onPage('a forgotten confidential code: an administrator has a new one sent, which is changed at the next login', {}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code(2), 'BRUNO002');
  await isIn(page);
  await menu(page, 'Habilitations');
  await look(page, '31-users');
  await link(page, 'Chloé Exemple').click();
  await headed(page, 'Chloé Exemple');
  await click(page, 'Envoyer un nouveau code');
  await says(page, 'part par courrier à Chloé Exemple');
  await look(page, '32-user');
  await logOff(page);
  const { values } = await bank.message('post', 'confidentiel');
  await enterConfidential(page, 'girofle84', { number: '3' });
  await says(page, 'Connexion refusée');
  await enter(page, { confidential_code: values.code });
  await click(page, 'Valider');
  await headed(page, 'Authentification forte');
  await click(page, 'S’authentifier');
  await confirm(page, bank, { number: 3 });
  await headed(page, 'Nouveau code confidentiel');
});

onPage('a confidential code is changed in a session that the reader opened, with the old one', {}, async ({ bank, page }) => {
  await enterConfidential(page, 'tournesol7');
  await menu(page, 'Code confidentiel');
  await says(page, 'dans une session ouverte avec un lecteur');
  await link(page, 'S’authentifier').click();
  await click(page, 'S’authentifier');
  await confirm(page, bank);
  await headed(page, 'Nouveau code confidentiel');
  await enter(page, { old: 'tournesol8', fresh: 'mimosa61', again: 'mimosa61' });
  await click(page, 'Modifier');
  await says(page, 'L’ancien code n’est pas le bon.');
  await enter(page, { old: 'tournesol7', fresh: 'tournesol7', again: 'tournesol7' });
  await click(page, 'Modifier');
  await says(page, 'Il a déjà servi.');
  await look(page, '33-secret');
  await enter(page, { fresh: 'mimosa61', again: 'mimosa61' });
  await click(page, 'Modifier');
  await says(page, 'Votre code est changé.');
});

// ---- the certificate

onPage('by certificate: it is asked for with the reader, and chosen in the browser\'s list', {}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code());
  await isIn(page);
  await menu(page, 'Certificat électronique');
  await look(page, '34-certificate');
  await click(page, 'Demander un certificat');
  await confirm(page, bank);
  await says(page, 'Votre certificat est prêt');
  await look(page, '35-certificate-made');
  const pin = await page.locator('.done kbd').innerText();
  const [download] = await Promise.all([page.waitForEvent('download'), link(page, 'Enregistrer le fichier').click()]);
  const file = join(tmpdir(), `sesame-${bank.id}.p12`);
  await download.saveAs(file);

  const context = await browser.newContext({
    ignoreHTTPSErrors: true, locale: 'fr-FR', clientCertificates: [{ origin: new URL(site.certificate_url).origin, pfxPath: file, passphrase: pin }],
  });
  context.setDefaultTimeout(30000);
  const other = await context.newPage();
  const choose = async (number) => {
    await other.goto(bank.url);
    await toCoopaccess(other, 'certificate');
    await says(other, 'Branchez votre certificat sur votre ordinateur');
    await enter(other, { user_number: number });
    if (number === '1') await look(other, '36-certificate-login');
    await click(other, 'Sélectionner mon certificat');
  };
  await choose('2');
  await says(other, 'Le certificat n’a pas été accepté.');
  await choose('1');
  await isIn(other);
  await other.locator('.who-button').click();
  await says(other, 'Authentification forte');
  await menu(other, 'Historique des opérations');
  await headed(other, 'Historique des opérations');
  assert.deepEqual((await events(other)).slice(0, 2), ['login', 'certificate']);
  await context.close();
  writeFileSync(file, '');
});

// ---- the five functions

onPage('entitlements are changed with the reader, by who manages them and for others alone', {}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code());
  await menu(page, 'Habilitations');
  await link(page, 'Chloé Exemple').click();
  await page.getByLabel('Saisir des ordres').check();
  await click(page, 'Modifier');
  await inputs(page);
  await look(page, '40-entitlements');
  await confirm(page, bank);
  await says(page, 'Les habilitations de Chloé Exemple sont modifiées.');
  await says(page, 'Consulter, Saisir des ordres');
  await link(page, 'Alice Exemple').click();
  await headed(page, 'Alice Exemple');
  await page.getByLabel('Saisir des ordres').uncheck();
  await click(page, 'Modifier');
  await says(page, 'Votre habilitation ne le permet pas');
});

onPage('a payee is added with the reader, and removed', {}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code());
  await menu(page, 'Destinataires');
  await headed(page, 'Destinataires');
  await enter(page, { name: 'Librairie', iban: 'FR76 3000 6000 0112 3456 7890 188' });
  await click(page, 'Ajouter');
  await says(page, 'Cet IBAN n’est pas valide.');
  await enter(page, { iban: 'FR76 3000 6000 0112 3456 7890 189' });
  await click(page, 'Ajouter');
  await inputs(page);
  await look(page, '41-payee');
  await confirm(page, bank);
  await says(page, 'Vos destinataires sont à jour.');
  await look(page, '42-payees');
  await button(page, 'Supprimer Librairie').click();
  await confirm(page, bank);
  await button(page, 'Supprimer Librairie').waitFor({ state: 'detached' });
});

onPage('cheque books are ordered with the reader, in a session that a confidential code opened', {}, async ({ bank, page }) => {
  await enterConfidential(page, 'tournesol7');
  await isIn(page);
  await menu(page, 'Chéquiers');
  await field(page, 'count').selectOption('2');
  await click(page, 'Commander');
  await inputs(page);
  await look(page, '43-cheque-books');
  await confirm(page, bank);
  await says(page, 'Commande enregistrée');
});

onPage('an instant transfer shows amount and payee, and what to type; a code for another one is refused', {}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code());
  await menu(page, 'Virement instantané');
  await enter(page, { amount: '1 250,50', label: 'Pain' });
  await look(page, '44-transfer');
  await click(page, 'Continuer');
  const typed = await inputs(page);
  assert.deepEqual(typed.slice(1), [kBakery.replace(/\D/g, '').slice(-10), '125050']);
  assert.match(await text(page, '.operation'), /1\s250,50\s€/);
  await says(page, 'Boulangerie Exemple');
  await look(page, '45-transfer-sign');
  // What a thief would have signed: another amount, for the same challenge.
  await field(page, 'code').fill(await bank.code(1, [typed[0], typed[1], '500000']));
  await click(page, 'Confirmer');
  await says(page, 'Code refusé. L’opération recommence');
  const again = await inputs(page);
  assert.notEqual(again[0], typed[0]);
  await look(page, '46-transfer-refused');
  // A code of the login signs nothing either.
  await field(page, 'code').fill(await bank.code());
  await click(page, 'Confirmer');
  await page.locator('.inputs kbd').first().filter({ hasNotText: again[0] }).waitFor();
  await says(page, 'au prochain échec');
  await confirm(page, bank);
  await says(page, 'Virement effectué');
  await look(page, '47-transfer-done');
  await menu(page, 'Comptes et soldes');
  await says(page, '11\u202f230,05\u00a0€');
  await link(page, 'Compte courant').click();
  await says(page, 'Virement instantané');
  await look(page, '48-transactions');
});

onPage('a transfer that the balance does not allow is not begun', {}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code());
  await menu(page, 'Virement instantané');
  await enter(page, { amount: '12480,56' });
  await click(page, 'Continuer');
  await says(page, 'Le solde ne suffit pas.');
});

onPage('a transfer to sign waits so long, and is begun again', {}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code());
  await menu(page, 'Virement instantané');
  await enter(page, { amount: '5' });
  await click(page, 'Continuer');
  const typed = await inputs(page);
  const code = await bank.code(1, typed);
  await bank.advance(4 * 60 * 1000);  // within the session's 5 minutes of idleness
  await page.evaluate(() => fetch('api/accounts'));
  await bank.advance(2 * 60 * 1000);
  await field(page, 'code').fill(code);
  await click(page, 'Confirmer');
  await says(page, 'Le délai est passé');
  await confirm(page, bank);
  await says(page, 'Virement effectué');
});

onPage('a batch is entered without a reader, and signed with its total and its payees', {}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code());
  await menu(page, 'Remises d’ordres');
  await link(page, 'Nouvelle remise').click();
  await headed(page, 'Nouvelle remise');
  await page.locator('#view form > .field [name=label]').fill('Salaires');
  await click(page, 'Ajouter un ordre');
  for (const [at, [name, iban, amount]] of [['Boulangerie', kBakery, '100'], ['Librairie', 'FR7630006000011234567890189', '50,50']].entries()) {
    const order = page.locator('.order').nth(at);
    await order.locator('[name=name]').fill(name);
    await order.locator('[name=iban]').fill(iban);
    await order.locator('[name=amount]').fill(amount);
  }
  await look(page, '50-batch-new');
  await click(page, 'Enregistrer la remise');
  await says(page, 'La remise est enregistrée.');
  await look(page, '51-batch');
  await click(page, 'Signer');
  const typed = await inputs(page);
  assert.deepEqual(typed.slice(2), ['15050', '2']);
  assert.match(await text(page, '.operation'), /150,50\s€/);
  await says(page, 'Librairie, FR7630006000011234567890189');
  await look(page, '52-batch-sign');
  await confirm(page, bank);
  await page.getByRole('heading', { name: 'Remise signée' }).waitFor();
  await link(page, 'Retour aux remises').first().click();
  await says(page, 'signée');
  await look(page, '53-batches');
});

onPage('who may not sign enters a batch, and another one signs it', {
  people: { chloe: { entitlements: ['view', 'enter_orders'] } },
}, async ({ bank, page }) => {
  await enterCoopanet(page, await bank.code(3), 'CHLOE003');
  await menu(page, 'Remises d’ordres');
  await link(page, 'Nouvelle remise').click();
  await page.locator('#view form > .field [name=label]').fill('Loyer');
  await page.locator('.order [name=name]').fill('Boulangerie');
  await page.locator('.order [name=iban]').fill(kBakery);
  await page.locator('.order [name=amount]').fill('10');
  await click(page, 'Enregistrer la remise');
  await says(page, 'Elle sera signée par quelqu’un qui y est habilité.');
  assert.equal(await button(page, 'Signer').count(), 0);
  assert.equal(await page.locator('#menu').getByRole('link', { name: 'Habilitations' }).count(), 0);
  await logOff(page);
  await enterCoopanet(page, await bank.code());
  await menu(page, 'Remises d’ordres');
  await link(page, 'Loyer').click();
  await says(page, 'Chloé Exemple');
  await click(page, 'Signer');
  await confirm(page, bank);
  await page.getByRole('heading', { name: 'Remise signée' }).waitFor();
});
