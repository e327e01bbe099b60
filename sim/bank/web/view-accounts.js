// Accounts with their balances, and what happened in each.
import { at, call } from './api.js';
import { h } from './dom.js';
import { grouped, moment, money } from './format.js';
import { link, note, panel, table } from './parts.js';
import { go } from './router.js';
import { may, session } from './session.js';
import { fieldName } from './steps.js';
import { T } from './text.js';

export async function accounts() {
  const { accounts: all } = await call('GET', 'api/accounts');
  const savings = session().site === 'savings';
  return {
    title: T(savings ? 'savingsAccounts' : 'accountsTitle'),
    content: [
      h('ul', { class: 'accounts' }, all.map((each) => h('li', { class: 'panel account', 'data-account': each.id },
        h('h2', {}, link(`accounts/${encodeURIComponent(each.id)}`, each.label)),
        h('p', { class: 'iban' }, grouped(each.iban)),
        h('p', { class: 'balance' }, h('span', { class: 'visually-hidden' }, T('balance'), ' '),
          () => money(each.balance, each.currency)),
        h('p', { class: 'links' }, link(`accounts/${encodeURIComponent(each.id)}`,
          [T('transactions'), h('span', { class: 'visually-hidden' }, ' ', each.label)]))))),
      all.length === 0 ? h('p', { class: 'empty' }, T('noAccounts')) : null,
      savings || session().access !== 'full' ? null : h('p', { class: 'actions' },
        may('enter_orders') ? link('transfer', T('transferTitle'), { class: 'button' }) : null,
        may('enter_orders') || may('sign_orders') ? link('batches', T('batchesTitle'), { class: 'button' }) : null),
    ],
  };
}

const whatOf = (row) => [h('span', {}, fieldName('kind', row.kind)), row.label ? h('small', {}, row.label) : null];
const counterpartOf = (row) => [row.counterpart ?? '', row.iban ? h('small', { class: 'iban' }, grouped(row.iban)) : null];
const amountOf = (row) => h('span', { class: row.amount.startsWith('-') ? 'out' : 'in' }, () => money(row.amount));

const kDays = [30, 90, 365];
const kUsual = 90;
const historyDays = () => session().rules.history_days ?? kUsual;  // with limited access

export async function transactions({ params: [id], query }) {
  const limited = session().access === 'limited';
  const asked = Number(query.get('days') ?? kUsual);
  const days = kDays.includes(asked) ? asked : kUsual;
  const shown = limited ? Math.min(days, historyDays()) : days;
  const [{ accounts: all }, { transactions: list }] = await Promise.all([
    call('GET', 'api/accounts'), call('GET', `${at('accounts', id, 'transactions')}?days=${shown}`)]);
  const account = all.find((each) => String(each.id) === id);
  const choose = h('select', { onchange: (event) => go(`accounts/${encodeURIComponent(id)}?days=${event.target.value}`) },
    kDays.filter((each) => !limited || each <= historyDays()).map((each) => h('option', { value: each, selected: each === shown },
      T('lastDays', { days: each }))));
  return {
    title: () => account?.label ?? '',
    content: [
      h('p', {}, link('accounts', T('backToAccounts'))),
      account ? h('p', { class: 'balance' }, h('span', { class: 'visually-hidden' }, T('balance'), ' '),
        () => money(account.balance, account.currency)) : null,
      account ? h('p', { class: 'iban' }, grouped(account.iban)) : null,
      panel(T('transactions'), h('label', { class: 'inline' }, T('period'), ' ', choose),
        limited ? note(h('p', {}, T('limitedDays', { history: historyDays() })),
          h('p', {}, link(`strong?next=accounts/${id}`, T('authenticate')))) : null,
        table({
          caption: T('transactions'), rows: list, empty: T('noTransactions'),
          columns: [
            { name: 'at', label: T('date'), cell: (row) => () => moment(row.at_ms) },
            { name: 'label', label: T('what'), cell: whatOf },
            { name: 'counterpart', label: T('counterpart'), cell: counterpartOf },
            { name: 'amount', label: T('amount'), number: true, cell: amountOf },
          ],
        })),
    ],
  };
}
