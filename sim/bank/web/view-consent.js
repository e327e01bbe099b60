// OpenID: an application asks who is there. Going on tells it; refusing does not.
import { call } from './api.js';
import { disable, h } from './dom.js';
import { explained } from './errors.js';
import { panel } from './parts.js';
import { go } from './router.js';
import { refresh, session } from './session.js';
import { T } from './text.js';

export function consent() {
  const { authorization, user, access } = session();
  if (!authorization) return { title: T('consentTitle'), content: h('p', { class: 'empty' }, T('consentNone')) };
  const alert = h('div', { class: 'alert', role: 'alert' });
  const act = (button, work) => async () => {
    disable(button, true);
    try {
      await work();
    } catch (error) {
      if (error.code === 'not_now') go('strong?next=continue');
      else alert.replaceChildren(h('p', {}, explained(error)));
    }
    disable(button, false);
  };
  const proceed = h('button', { type: 'button', class: 'primary' }, T('consentGoOn'));
  const refuse = h('button', { type: 'button' }, T('consentRefuse'));
  proceed.addEventListener('click', act(proceed, async () => {
    const { url } = await call('POST', 'api/authorization');
    location.assign(url);
  }));
  refuse.addEventListener('click', act(refuse, async () => {
    const answer = await call('DELETE', 'api/authorization');
    if (answer?.url) return location.assign(answer.url);
    history.replaceState(null, '', location.pathname + location.hash);
    await refresh();
    return go('accounts');
  }));
  return {
    title: T('consentTitle'),
    content: panel(null,
      h('p', { class: 'lead' }, T('consentAsks', { client: authorization.client })),
      h('p', {}, T('consentAs', { name: user?.name ?? '' })),
      h('ul', {}, ['consentName', 'consentHow', 'consentNothing'].map((each) => h('li', {}, T(each)))),
      access === 'limited' ? h('p', { class: 'hint' }, T('strongRule', { days: session().rules.strong_days })) : null,
      alert, h('div', { class: 'actions' }, proceed, refuse)),
  };
}
