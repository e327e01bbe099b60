// The users of a subscription and what they may do: for its main user and administrators.
import { at, call } from './api.js';
import { h } from './dom.js';
import { explained } from './errors.js';
import { checksField, form } from './forms.js';
import { notify, sayNow } from './notices.js';
import { confirmedBy } from './operation.js';
import { link, panel, table } from './parts.js';
import { go } from './router.js';
import { fieldName, valueOf } from './steps.js';
import { T } from './text.js';

const kEntitlements = ['view', 'enter_orders', 'sign_orders', 'beneficiaries', 'cheque_books'];

export async function users({ params: [number] }) {
  const { users: all } = await call('GET', 'api/users');
  if (number === undefined) return list(all);
  const user = all.find((each) => String(each.user_number) === number);
  return user ? one(user) : null;
}

const pathOf = (user) => `users/${encodeURIComponent(user.user_number)}`;
const entitlementsOf = (user) => valueOf('entitlements', user.entitlements);

const list = (all) => ({
  title: T('usersTitle'),
  content: table({
    caption: T('usersTitle'), rows: all, empty: T('noUsers'),
    columns: [
      { name: 'name', label: T('user'), cell: (row) => [link(pathOf(row), row.name),
        h('small', {}, T('userNumberIs', { number: row.user_number }))] },
      { name: 'role', label: T('role'), cell: (row) => fieldName('role', row.role) },
      { name: 'entitlements', label: T('entitlements'), cell: entitlementsOf },
      { name: 'state', label: T('state'), cell: (row) => h('span', { class: `state ${row.disabled ? 'off' : 'signed'}` },
        T(row.disabled ? 'userDisabled' : 'userActive')) },
    ],
  }),
});

function one(user) {
  const renew = async () => {
    try {
      await call('POST', at('users', user.user_number, 'confidential-code'));
      sayNow(T('confidentialSent', { name: user.name }));
    } catch (error) {
      sayNow(explained(error), 'bad');
    }
  };
  const entry = form({
    label: T('entitlements'), submit: T('change'),
    fields: [checksField({ name: 'entitlements', label: T('entitlements'), value: user.entitlements,
      options: kEntitlements.map((each) => ({ value: each, label: fieldName('entitlement', each) })) })],
    send: ({ entitlements }) => flow.begin({ kind: 'entitlements', user_number: user.user_number, entitlements }),
  });
  const flow = confirmedBy(panel(null, entry.root), {
    done: () => {
      notify(T('entitlementsChanged', { name: user.name }));
      go('users');
    },
  });
  return {
    title: user.name === '' ? String(user.user_number) : () => user.name,
    content: [
      h('p', {}, link('users', T('backToUsers'))),
      h('p', { class: 'lead' }, fieldName('role', user.role), ' · ', T('userNumberIs', { number: user.user_number })),
      flow.root,
      panel(T('confidentialCode'), h('p', {}, T('confidentialRenewText', { name: user.name })),
        h('div', { class: 'actions' }, h('button', { type: 'button', onclick: renew }, T('confidentialRenew')))),
    ],
  };
}
