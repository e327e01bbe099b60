// « Épargne salariale »: an e-mail address, or company number and server code, and a password.
import { h } from './dom.js';
import { form, radioField, secretField, textField } from './forms.js';
import { draft, logIn, whenDisabled } from './login.js';
import { link, panel, securityBox } from './parts.js';
import { T } from './text.js';

// Which of the two identifiers, and their fields: for the login and for all that is asked of who cannot log in.
export function savingsIdentifiers() {
  const known = draft.site === 'savings' ? draft.identifiers ?? {} : {};
  const email = textField({ name: 'email', label: T('email'), value: known.email,
    attributes: { type: 'email', inputmode: 'email', maxlength: 254, 'data-fill': 'email' },
    check: (typed) => (/^\S+@\S+$/.test(typed) ? null : T('emailWrong')) });
  const company = textField({ name: 'company', label: T('companyNumber'), value: known.company,
    attributes: { maxlength: 32, 'data-fill': 'company' } });
  const server = textField({ name: 'server_code', label: T('serverCode'), value: known.server_code,
    attributes: { maxlength: 32, 'data-fill': 'server_code' } });
  const choose = (which) => {
    email.root.hidden = which !== 'email';
    company.root.hidden = which === 'email';
    server.root.hidden = which === 'email';
  };
  const first = known.company ? 'company' : 'email';
  const which = radioField({
    name: 'which', label: T('identifyBy'), value: first, changed: choose,
    options: [{ value: 'email', label: T('email') }, { value: 'company', label: T('companyAndServer') }],
  });
  choose(first);
  return {
    fields: [which, email, company, server],
    of: ({ email: typed, company: number, server_code: code }) => (typed === undefined
      ? { company: number, server_code: code } : { email: typed }),
  };
}

export function savings() {
  const { fields, of } = savingsIdentifiers();
  const entry = form({
    label: T('siteSavings'), failed: whenDisabled('savings'),
    fields: [...fields, secretField({ name: 'password', label: T('password'), hint: T('passwordNotKept'),
      attributes: { maxlength: 256 } })],
    send: ({ password, ...values }) => logIn('password', 'savings', of(values), { password }),
  });
  return {
    title: T('savingsTitle'),
    site: 'savings',
    content: h('div', { class: 'two login' },
      panel(T('identifyYourself'), entry.root, h('p', { class: 'links' },
        link('forgotten/secret/savings', T('passwordForgotten')))),
      h('div', {}, panel(T('checkAddress'), h('p', {}, T('checkAddressText'))), securityBox())),
  };
}
