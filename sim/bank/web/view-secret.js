// A new password or confidential code: at the first login, or whenever its owner likes.
import { call } from './api.js';
import { h } from './dom.js';
import { form, secretField } from './forms.js';
import { draft, onward } from './login.js';
import { notify } from './notices.js';
import { link, note, panel } from './parts.js';
import { adopt, session } from './session.js';
import { T } from './text.js';

const byReader = () => ({
  title: T('newConfidential'),
  content: panel(null, h('p', {}, T('confidentialByReader')),
    h('div', { class: 'actions' }, link('strong?next=secret', T('authenticate'), { class: 'button primary' }))),
});

export function secret() {
  const { access, level, site, rules } = session();
  const first = access === 'must_change';
  const password = site === 'savings';
  if (!password && level !== 'strong') return byReader();
  const [least, most] = password ? [rules.password_min, rules.password_max] : [rules.confidential_min, rules.confidential_max];
  // Their own name each, so that no browser takes one for the other's.
  const old = secretField({ name: 'old', label: T(password ? 'oldPassword' : 'oldConfidential'),
    required: password, optional: false });
  const fresh = secretField({
    name: 'fresh', label: T(password ? 'newPassword' : 'newConfidential'),
    hint: [T(password ? 'passwordRule' : 'confidentialRule', { least, most }),
      rules.password_mixed && password ? [' ', T('mixedRule')] : null],
    attributes: { maxlength: most + 64 },
    check: (typed) => {
      if ([...typed].length < least) return T('rule_too_short');
      return [...typed].length > most ? T('rule_too_long') : null;
    },
  });
  const again = secretField({ name: 'again', label: T(password ? 'passwordAgain' : 'confidentialAgain'),
    check: (typed) => (typed === fresh.input.value ? null : T('notTheSame')) });
  const entry = form({
    label: T(password ? 'newPassword' : 'newConfidential'), refused: 'errorOldSecret',
    fields: [...(first ? [] : [old]), fresh, again], submit: T('change'),
    send: async ({ old: before, fresh: next }) => {
      adopt(await call('POST', 'api/secret', { ...(before && { old: before }), new: next }));
      delete draft.identifiers;
      notify(T('secretChanged'));
      onward();
    },
    failed: (error) => {
      if (error.code !== 'rule') return false;
      fresh.complain(T(`rule_${error.answer.rule}`));
      fresh.focus();
      return false;
    },
  });
  return {
    title: T(password ? 'newPassword' : 'newConfidential'),
    content: [
      first ? h('p', { class: 'lead' }, T(password ? 'firstPassword' : 'firstConfidential')) : null,
      h('div', { class: 'two' }, panel(null, entry.root), note(h('h2', {}, T('goodSecretTitle')), h('ul', {},
        ['goodSecret1', 'goodSecret2', 'goodSecret3', 'goodSecret4', 'goodSecret5'].map((each) => h('li', {}, T(each)))),
      h('p', {}, link('security', T('moreInformation'))))),
    ],
  };
}
