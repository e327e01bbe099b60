// Batches of orders: entered by one, signed by one who may; the code is good for the total and the payees.
import { at, call } from './api.js';
import { h } from './dom.js';
import { explained } from './errors.js';
import { amountOf, grouped, ibanOf, moment, money } from './format.js';
import { form, part, textField } from './forms.js';
import { notify, sayNow } from './notices.js';
import { confirmedBy, doneWith } from './operation.js';
import { link, panel, table } from './parts.js';
import { go } from './router.js';
import { may } from './session.js';
import { summaryOf } from './steps.js';
import { T } from './text.js';
import { ibanField, payeeField } from './view-beneficiaries.js';
import { accountField, amountField, idOf } from './view-transfer.js';

const pathOf = (batch) => `batches/${encodeURIComponent(batch.id)}`;
const stateOf = (batch) => h('span', { class: `state ${batch.state}` }, T(`state_${batch.state}`));

export async function batches({ params: [id] }) {
  if (id === 'new') return enter();
  const { batches: all } = await call('GET', 'api/orders');
  return id === undefined ? list(all) : one(all.find((each) => String(each.id) === id));
}

function list(all) {
  return {
    title: T('batchesTitle'),
    content: [
      may('enter_orders') ? h('p', { class: 'actions' }, link('batches/new', T('newBatch'), { class: 'button primary' })) : null,
      table({
        caption: T('batchesTitle'), rows: all, empty: T('noBatches'),
        columns: [
          { name: 'label', label: T('batchLabel'), cell: (row) => link(pathOf(row), row.label || String(row.id)) },
          { name: 'at', label: T('date'), cell: (row) => () => moment(row.at_ms) },
          { name: 'count', label: T('orders'), number: true, cell: (row) => String(row.count) },
          { name: 'total', label: T('total'), number: true, cell: (row) => () => money(row.total) },
          { name: 'state', label: T('state'), cell: stateOf },
        ],
      }),
    ],
  };
}

const aboutOf = (batch) => h('dl', { class: 'summary' }, [
  ['state', stateOf(batch)], ['total', () => money(batch.total)], ['orders', String(batch.count)],
  ['enteredBy', batch.entered_by], ['signedBy', batch.signed_by],
].filter(([, value]) => value).map(([name, value]) => h('div', {}, h('dt', {}, T(name)), h('dd', {}, value))));

function one(batch) {
  if (!batch) return null;
  const alert = h('div', { class: 'alert', role: 'alert' });
  const tell = (error) => alert.replaceChildren(h('p', {}, explained(error)));
  const sign = () => flow.begin({ kind: 'batch', id: batch.id }).catch(tell);
  const remove = async () => {
    try {
      await call('DELETE', at('batches', batch.id));
      notify(T('batchRemoved'));
      go('batches');
    } catch (error) {
      sayNow(explained(error), 'bad');
    }
  };
  const flow = confirmedBy(h('div', {},
    panel(null, aboutOf(batch), alert, batch.state === 'entered' ? h('div', { class: 'actions' },
      may('sign_orders') ? h('button', { type: 'button', class: 'primary', onclick: sign }, T('sign')) : null,
      may('enter_orders') ? h('button', { type: 'button', onclick: remove }, T('remove')) : null,
      may('sign_orders') ? null : h('p', { class: 'hint' }, T('signOthers'))) : null),
    panel(T('payees'), table({
      caption: T('payees'), rows: batch.orders, empty: T('noOrders'),
      columns: [
        { name: 'name', label: T('payeeName'), cell: (row) => row.name },
        { name: 'iban', label: T('iban'), cell: (row) => h('span', { class: 'iban' }, grouped(row.iban)) },
        { name: 'amount', label: T('amount'), number: true, cell: (row) => () => money(row.amount) },
      ],
    }))), {
    heading: T('toSign'),
    done: (result, operation) => doneWith(T('batchSigned'), summaryOf(operation.summary ?? []),
      h('p', {}, link('batches', T('backToBatches')))),
  });
  return { title: () => batch.label || String(batch.id), content: [h('p', {}, link('batches', T('backToBatches'))), flow.root] };
}

// ---- entering

function orderFields(removable, remove) {
  const fields = { name: payeeField(), iban: ibanField(), amount: amountField(),
    label: textField({ name: 'label', label: T('transferLabel'), required: false, attributes: { maxlength: 140 } }) };
  return {
    fields,
    root: h('fieldset', { class: 'order' }, h('legend', {}, T('order')), Object.values(fields).map((each) => each.root),
      removable ? h('button', { type: 'button', class: 'quiet', onclick: remove }, T('removeOrder')) : null),
  };
}

async function enter() {
  const { accounts } = await call('GET', 'api/accounts');
  const orders = [];
  const rows = h('div', { class: 'orders' });
  const add = (focus) => {
    const order = orderFields(orders.length > 0, () => {
      orders.splice(orders.indexOf(order), 1);
      order.root.remove();
      more.focus();
    });
    orders.push(order);
    rows.append(order.root);
    if (focus) order.fields.name.focus();
  };
  const more = h('button', { type: 'button', onclick: () => add(true) }, T('addOrder'));
  add(false);
  // All orders as one line of the form: it complains where the fault is.
  const all = {
    name: 'orders', root: h('div', {}, rows, more), complain() {}, focus: () => wrong?.focus(),
    value: () => orders.map(({ fields }) => ({
      name: fields.name.value(), iban: ibanOf(fields.iban.value()), amount: amountOf(fields.amount.value()),
        label: fields.label.value(),
    })),
    check() {
      const bad = orders.flatMap(({ fields }) => Object.values(fields)).filter((each) => {
        const found = each.check();
        each.complain(found);
        return found !== null;
      });
      [wrong] = bad;
      return bad.length > 0 ? T('needed') : null;
    },
  };
  let wrong = null;
  const entry = form({
    label: T('newBatch'), submit: T('enterBatch'),
    fields: [textField({ name: 'label', label: T('batchLabel'), attributes: { maxlength: 140 } }), accountField(accounts),
      part(h('h2', {}, T('payees'))), all],
    send: async ({ label, account, orders: list }) => {
      const batch = await call('POST', 'api/batches', { account: idOf(accounts, account), label, orders: list });
      notify(T('batchEntered'));
      go(batch?.id === undefined ? 'batches' : pathOf(batch));
    },
  });
  return { title: T('newBatch'), content: [h('p', { class: 'lead' }, T('newBatchLead')), panel(null, entry.root)] };
}
