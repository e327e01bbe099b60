// For who cannot log in: what was forgotten, what is disabled, and the letter that opens it again. Whether somebody is a
// customer is never said.
import { call } from './api.js';
import { h } from './dom.js';
import { form, radioField, textField } from './forms.js';
import { draft } from './login.js';
import { doneWith } from './operation.js';
import { link, note, panel } from './parts.js';
import { go } from './router.js';
import { T } from './text.js';
import { clientField, userField } from './view-coopaccess.js';
import { userCodeField } from './view-coopanet.js';
import { savingsIdentifiers } from './view-savings.js';

const kSites = { coopanet: 'siteCoopanet', coopaccess: 'siteCoopaccess', savings: 'siteSavings' };

// The identifiers of a site's login, and what the API makes of them.
function identifiersOf(site) {
  const known = draft.site === site ? draft.identifiers ?? {} : {};
  if (site === 'coopanet') return { fields: [userCodeField(known.user_code)], of: ({ user_code }) => ({ user_code }) };
  if (site === 'coopaccess') {
    return { fields: [clientField(known.client_id), userField(known.user_number)],
      of: ({ client_id, user_number }) => ({ client_id, user_number }) };
  }
  return savingsIdentifiers();
}

// A form that becomes what is said after it.
function once(make, said) {
  const stage = h('div', {});
  stage.append(make((after) => {
    stage.replaceChildren(said(after));
    stage.querySelector('h2')?.focus();
  }));
  return stage;
}

export function forgottenIdentifier({ params: [site] }) {
  if (!(site in kSites)) return null;
  return {
    title: T(site === 'coopanet' ? 'userCodeForgotten' : 'identifierForgotten'),
    site,
    content: [h('p', { class: 'lead' }, T('forgottenIdentifierLead')), once((done) => panel(T(kSites[site]), form({
      fields: [
        textField({ name: 'name', label: T('fullName'), attributes: { maxlength: 128 } }),
        textField({ name: 'born', label: T('born'), attributes: { type: 'date' } }),
      ],
      submit: T('askLetter'),
      send: async ({ name, born }) => {
        await call('POST', 'api/forgotten/identifier', { site, name, born });
        done();
      },
    }).root), () => doneWith(T('letterOnItsWay'), h('p', {}, T('letterIfCustomer')), h('p', {}, link(site, T('backToLogin')))))],
  };
}

const kMethods = { coopanet: ['code'], coopaccess: ['code', 'confidential'], savings: ['password'] };

export function forgottenSecret({ params: [site, wanted] }) {
  if (!(site in kSites)) return null;
  const methods = kMethods[site];
  const { fields, of } = identifiersOf(site);
  const first = methods.includes(wanted) ? wanted : methods.includes(draft.method) ? draft.method : methods[0];
  const method = radioField({
    name: 'method', label: T('whichSecret'), value: first,
      options: methods.map((each) => ({ value: each, label: T(`secret_${each}`) })),
    changed: (value) => { principal.hidden = value !== 'confidential'; },
  });
  if (methods.length === 1) method.root.hidden = true;
  const principal = note(h('p', {}, T('confidentialNote')));
  principal.hidden = first !== 'confidential';
  return {
    title: T(`forgotten_${methods.length === 1 ? methods[0] : 'either'}`),
    site,
    content: [h('p', { class: 'lead' }, T('forgottenSecretLead')), once((done) => panel(T(kSites[site]), form({
      fields: [method, { root: principal }, ...fields], submit: T('askLetter'),
      send: async ({ method: chosen = methods[0], ...values }) => {
        await call('POST', 'api/forgotten/secret', { site, method: chosen, ...of(values) });
        draft.method = chosen;
        done(chosen);
      },
    }).root), (chosen) => doneWith(T('letterOnItsWay'), h('p', {}, T('letterIfCustomer')),
      h('p', {}, T(chosen === 'code' ? 'letterActivation' : 'letterNewSecret')),
      h('p', {}, chosen === 'code' ? link(`reactivation/${site}`, T('haveLetter')) : link(site, T('backToLogin')))))],
  };
}

export function reactivation({ params: [site] }) {
  if (!(site in kSites)) return null;
  const { fields, of } = identifiersOf(site);
  return {
    title: T('reactivationTitle'),
    site,
    content: [h('p', { class: 'lead' }, T('reactivationLead')), once((done) => panel(T(kSites[site]), form({
      refused: 'errorRefused',
      fields: [...fields, textField({
        name: 'letter_code', label: T('letterCode'), hint: T('letterCodeHint'),
          attributes: { inputmode: 'numeric', class: 'code', maxlength: 12 },
        check: (typed) => (/^\d{8}$/.test(typed.replace(/\s/g, '')) ? null : T('codeWrong', { digits: 8 })),
      })],
      send: async ({ letter_code: code, ...values }) => {
        await call('POST', 'api/reactivation', { site, ...of(values), letter_code: code.replace(/\s/g, '') });
        done();
      },
      failed: (error) => {
        if (error.code !== 'disabled') return false;
        go(`disabled/${site}`);
        return true;
      },
    }).root), () => doneWith(T('reactivated'), h('p', {}, link(site, T('backToLogin'))))),
    h('p', {}, link(`forgotten/secret/${site}`, T('noLetter')))],
  };
}

export function disabled({ params: [site] }) {
  if (!(site in kSites)) return null;
  const byCode = site === 'coopanet' || draft.method === 'code';
  return {
    title: T('disabledTitle'),
    site,
    content: panel(null, h('p', {}, h('strong', {}, T('disabledText'))),
      h('p', {}, T(site === 'savings' ? 'disabledPassword' : 'disabledLetter')),
      h('div', { class: 'actions' }, link(`forgotten/secret/${site}`, T('askLetter'), { class: 'button primary' }),
        site === 'savings' || !byCode ? null : link(`reactivation/${site}`, T('haveLetter'), { class: 'button' }))),
  };
}
