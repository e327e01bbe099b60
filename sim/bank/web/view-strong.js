// Strong authentication: at the first access, then every 90 days, and wherever the bank wants it.
import { disable, h } from './dom.js';
import { explained } from './errors.js';
import { day } from './format.js';
import { onward, remember } from './login.js';
import { notify } from './notices.js';
import { confirmedBy } from './operation.js';
import { panel } from './parts.js';
import { session } from './session.js';
import { T } from './text.js';

export function strong({ query }) {
  const { access, level, strong_until_ms: until } = session();
  const next = query.get('next');
  const alert = h('div', { class: 'alert', role: 'alert' });
  const begin = async () => {
    if (next) remember(next);
    disable(button, true);
    try {
      await flow.begin({ kind: 'strong' });
    } catch (error) {
      alert.replaceChildren(h('p', {}, explained(error)));
    }
    disable(button, false);
  };
  const button = h('button', { type: 'button', class: 'primary', onclick: begin }, T('authenticate'));
  const why = { must_prove: 'strongMust', limited: 'strongLimited' }[access] ?? (level === 'strong' ? 'strongIs' : 'strongMay');
  const flow = confirmedBy(panel(null, h('p', {}, T(why, { history: session().rules.history_days })),
    until ? h('p', { class: 'hint' }, T('strongUntil', { day: () => day(until) })) : null, alert,
      h('div', { class: 'actions' }, button)), {
    heading: T('strongTitle'),
    done: () => {
      notify(T('strongDone'));
      onward();
    },
  });
  return { title: T('strongTitle'), content: [h('p', { class: 'lead' },
    T('strongRule', { days: session().rules.strong_days })), flow.root] };
}
