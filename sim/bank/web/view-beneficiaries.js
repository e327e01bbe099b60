// Beneficiaries: a new one, and one that goes, want a code of the reader.
import { call } from './api.js';
import { h } from './dom.js';
import { explained } from './errors.js';
import { day, grouped, ibanOf } from './format.js';
import { form, textField } from './forms.js';
import { notify, sayNow } from './notices.js';
import { confirmedBy } from './operation.js';
import { panel, table } from './parts.js';
import { go } from './router.js';
import { may } from './session.js';
import { T } from './text.js';

export const ibanField = (rest = {}) => textField({
  name: 'iban', label: T('iban'), attributes: { maxlength: 42, class: 'iban', autocapitalize: 'characters' },
  check: (typed) => (ibanOf(typed) ? null : T('ibanWrong')), ...rest,
});
export const payeeField = (rest = {}) => textField({ name: 'name', label: T('payeeName'), attributes: { maxlength: 70 },
  ...rest });

export async function beneficiaries() {
  const { beneficiaries: all } = await call('GET', 'api/beneficiaries');
  const mayChange = may('beneficiaries');
  const done = () => {
    notify(T('beneficiariesChanged'));
    go('beneficiaries');
  };
  const remove = async (id) => {
    try {
      await flow.begin({ kind: 'beneficiary_removal', id });
    } catch (error) {
      sayNow(explained(error), 'bad');
    }
  };
  const entry = form({
    label: T('newBeneficiary'), fields: [payeeField(), ibanField()], submit: T('add'),
    send: ({ name, iban }) => flow.begin({ kind: 'beneficiary', name, iban: ibanOf(iban) }),
  });
  const flow = confirmedBy(h('div', {},
    table({
      caption: T('beneficiariesTitle'), rows: all, empty: T('noBeneficiaries'),
      columns: [
        { name: 'name', label: T('payeeName'), cell: (row) => row.name },
        { name: 'iban', label: T('iban'), cell: (row) => h('span', { class: 'iban' }, grouped(row.iban)) },
        { name: 'since', label: T('since'), cell: (row) => () => day(row.since_ms) },
        ...(mayChange ? [{
          name: 'remove', label: T('action'), cell: (row) => h('button', { type: 'button', onclick: () => remove(row.id) },
            T('remove'),
            h('span', { class: 'visually-hidden' }, ' ', row.name)),
        }] : []),
      ],
    }), mayChange ? panel(T('newBeneficiary'), entry.root) : h('p', { class: 'hint' }, T('errorNotEntitled'))), { done });
  return { title: T('beneficiariesTitle'), content: flow.root };
}
