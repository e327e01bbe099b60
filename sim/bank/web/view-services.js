// Cheque books, the certificate, and contact and bank details.
import { call } from './api.js';
import { disable, h } from './dom.js';
import { explained } from './errors.js';
import { ibanOf } from './format.js';
import { choiceField, form, textField } from './forms.js';
import { confirmedBy, doneWith } from './operation.js';
import { link, note, panel } from './parts.js';
import { session } from './session.js';
import { T } from './text.js';
import { ibanField } from './view-beneficiaries.js';
import { accountField, idOf } from './view-transfer.js';

const kMostBooks = 5;

export async function chequeBooks() {
  const { accounts } = await call('GET', 'api/accounts');
  const entry = form({
    label: T('chequeTitle'), submit: T('orderBooks'),
    fields: [accountField(accounts, T('account')), choiceField({ name: 'count', label: T('howMany'),
      options: Array.from({ length: kMostBooks }, (_, each) => ({ value: each + 1, label: String(each + 1) })) })],
    send: ({ account, count }) => flow.begin({ kind: 'cheque_book', account: idOf(accounts, account), count: Number(count) }),
  });
  const flow = confirmedBy(panel(null, entry.root), {
    done: () => doneWith(T('chequeDone'), h('p', {}, T('chequeByPost')), h('p', {}, link('accounts', T('backToAccounts')))),
  });
  return { title: T('chequeTitle'), content: [h('p', { class: 'lead' }, T('chequeLead')), flow.root] };
}

// ---- contact and bank details: a code to the registered mobile number

// 06 00 00 00 01 is +33600000001. Null where it is no number.
function mobileOf(typed) {
  const plain = typed.replace(/[\s.]/g, '').replace(/^0(?=[1-9]\d{8}$)/, '+33');
  return /^\+\d{8,15}$/.test(plain) ? plain : null;
}

export function details() {
  const { user, site } = session();
  const fields = [
    textField({ name: 'mobile', label: T('mobile'), required: false, hint: T('nowIs', { what: user.mobile ?? T('none') }),
      attributes: { type: 'tel', inputmode: 'tel', maxlength: 24 },
      check: (typed) => (typed === '' || mobileOf(typed) ? null : T('mobileWrong')) }),
    textField({ name: 'email', label: T('email'), required: false, hint: T('nowIs', { what: user.email ?? T('none') }),
      attributes: { type: 'email', inputmode: 'email', maxlength: 254 },
      check: (typed) => (typed === '' || /^\S+@\S+$/.test(typed) ? null : T('emailWrong')) }),
    textField({ name: 'address', label: T('address'), required: false, hint: T('nowIs', { what: user.address ?? T('none') }),
      attributes: { maxlength: 250 } }),
    ibanField({ name: 'bank_iban', label: T('bankIban'), required: false,
      check: (typed) => (typed === '' || ibanOf(typed) ? null : T('ibanWrong')) }),
  ];
  const entry = form({
    label: T('detailsTitle'), submit: T('goOn'), fields,
    send: (values) => {
      const changed = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
      if (Object.keys(changed).length === 0) {
        entry.complain(T('nothingChanged'));
        return undefined;
      }
      if (changed.mobile) changed.mobile = mobileOf(changed.mobile);
      if (changed.bank_iban) changed.bank_iban = ibanOf(changed.bank_iban);
      return flow.begin({ kind: 'contact', ...changed });
    },
  });
  const flow = confirmedBy(panel(null, entry.root), {
    done: () => doneWith(T('detailsDone'), h('p', {}, link('accounts', T('backToAccounts')))),
  });
  return {
    title: T('detailsTitle'),
    content: [h('p', { class: 'lead' }, T('detailsLead')), flow.root,
      site === 'coopanet' ? null : panel(T(site === 'savings' ? 'password' : 'confidentialCode'),
        h('p', {}, link('secret', T(site === 'savings' ? 'changePassword' : 'changeConfidential'))))],
  };
}

// ---- a certificate of one's own

function bytesOf(base64) {
  const text = atob(base64.replace(/\s/g, ''));
  return Uint8Array.from(text, (each) => each.charCodeAt(0));
}

// `result` of the enrolment: a PKCS#12 in base64, and its PIN, which is said once.
function certificateMade({ pkcs12, pin, name = 'sesame-bank.p12' }) {
  const file = pkcs12 ? URL.createObjectURL(new Blob([bytesOf(pkcs12)], { type: 'application/x-pkcs12' })) : null;
  return doneWith(T('certificateDone'),
    file ? h('p', {}, h('a', { href: file, download: name, class: 'button primary' }, T('certificateSave'))) : null,
    h('p', {}, pin ? [T('certificatePinIs'), ' ', h('kbd', {}, pin)] : T('certificatePinByPost')),
    h('p', { class: 'hint' }, T('certificateImport')));
}

export function certificate() {
  const alert = h('div', { class: 'alert', role: 'alert' });
  const begin = async () => {
    disable(button, true);
    await flow.begin({ kind: 'certificate' }).catch((error) => alert.replaceChildren(h('p', {}, explained(error))));
    disable(button, false);
  };
  const button = h('button', { type: 'button', class: 'primary', onclick: begin }, T('certificateMake'));
  const flow = confirmedBy(panel(null, h('p', {}, T('certificateLead')), note(h('p', {}, T('certificateAuthority'))), alert,
    h('div', { class: 'actions' }, button)), { done: certificateMade });
  return { title: T('certificateTitle'), content: flow.root };
}
