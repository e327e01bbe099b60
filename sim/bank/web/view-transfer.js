// An instant SEPA transfer: amount and payee are shown, and the code is good for these alone.
import { call } from './api.js';
import { h } from './dom.js';
import { amountOf, grouped, ibanOf, money } from './format.js';
import { choiceField, form, textField } from './forms.js';
import { confirmedBy, doneWith } from './operation.js';
import { link, panel } from './parts.js';
import { session } from './session.js';
import { summaryOf } from './steps.js';
import { T } from './text.js';
import { ibanField, payeeField } from './view-beneficiaries.js';

const kOther = '';  // of the list of payees

export const amountField = () => textField({
  name: 'amount', label: T('amount'), hint: T('amountHint'), attributes: { inputmode: 'decimal', class: 'amount', maxlength: 18 },
  check: (typed) => (amountOf(typed) ? null : T('amountWrong')),
});
export const accountField = (accounts, label = T('fromAccount')) => choiceField({
  name: 'account', label, options: accounts.map((each) => ({ value: each.id,
    label: () => `${each.label} · ${money(each.balance, each.currency)}` })),
});
// The API's ids may be numbers, the page's are texts.
export const idOf = (list, text) => list.find((each) => String(each.id) === text)?.id;

export async function transfer() {
  const { accounts } = await call('GET', 'api/accounts');
  // With limited access the list is not shown; a transfer is signed all the same.
  const limited = session().access === 'limited';
  const { beneficiaries } = limited ? { beneficiaries: [] } : await call('GET', 'api/beneficiaries');
  const name = payeeField();
  const iban = ibanField();
  const payee = choiceField({
    name: 'beneficiary', label: T('payee'), required: false, optional: false,
    options: [...beneficiaries.map((each) => ({ value: each.id, label: `${each.name} · ${grouped(each.iban)}` })),
      { value: kOther, label: T('anotherPayee') }],
  });
  const choose = () => {
    const known = payee.value() !== kOther;
    name.root.hidden = known;
    iban.root.hidden = known;
  };
  payee.input.addEventListener('change', choose);
  choose();
  payee.root.hidden = beneficiaries.length === 0;
  const entry = form({
    label: T('transferTitle'), submit: T('goOn'),
    fields: [accountField(accounts), payee, name, iban, amountField(),
      textField({ name: 'label', label: T('transferLabel'), required: false, attributes: { maxlength: 140 } })],
    send: ({ account, beneficiary, name: who, iban: typed, amount, label }) => flow.begin({
      kind: 'instant_transfer', account: idOf(accounts, account),
      ...(beneficiary ? { beneficiary: idOf(beneficiaries, beneficiary) } : { name: who, iban: ibanOf(typed) }),
      amount: amountOf(amount), label,
    }),
  });
  const flow = confirmedBy(panel(null, entry.root), {
    heading: T('toSign'),
    done: (result, operation) => doneWith(T('transferDone'), summaryOf(operation.summary ?? []),
      h('p', {}, link('accounts', T('backToAccounts')))),
  });
  return {
    title: T('transferTitle'),
    content: [h('p', { class: 'lead' }, T('transferLead')), flow.root, limited ? h('p', { class: 'hint' }, T('knownLater')) : null],
  };
}
