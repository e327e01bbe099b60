// The ways in: « Espace personnel » and « Accès abonnés », the security box and the assistance.
import { h } from './dom.js';
import { link, panel, securityBox } from './parts.js';
import { isIn } from './session.js';
import { T } from './text.js';

const kSites = [
  { path: 'coopanet', name: 'siteCoopanet', who: 'siteCoopanetWho', how: 'siteCoopanetHow', enter: 'subscriberAccess' },
  { path: 'coopaccess', name: 'siteCoopaccess', who: 'siteCoopaccessWho', how: 'siteCoopaccessHow', enter: 'personalSpace' },
  { path: 'savings', name: 'siteSavings', who: 'siteSavingsWho', how: 'siteSavingsHow', enter: 'secureSite' },
];

export const home = () => ({
  title: T('homeTitle'),
  content: [
    h('p', { class: 'lead' }, T('homeLead')),
    isIn() ? h('p', {}, link('accounts', T('backInside'), { class: 'button primary' })) : null,
    h('div', { class: 'sites' }, kSites.map((site) => h('section', { class: 'panel site', 'data-site': site.path },
      h('h2', {}, T(site.name)), h('p', {}, T(site.who)), h('p', { class: 'hint' }, T(site.how)),
      link(site.path, [h('span', {}, T(site.enter)), h('span', { class: 'visually-hidden' }, ' ', T(site.name))],
        { class: 'button primary' })))),
    h('div', { class: 'two' }, securityBox(), assistanceBox()),
  ],
});

const assistanceBox = () => panel(T('assistance'), h('p', {}, T('assistanceShort')),
  h('p', {}, link('assistance', T('assistanceMore'))));

export const assistance = () => ({
  title: T('assistance'),
  content: [
    h('p', { class: 'lead' }, T('assistanceLead')),
    panel(T('siteCoopanet'), h('p', {}, T('assistanceCoopanet')), h('ul', {},
      h('li', {}, link('forgotten/secret/coopanet', T('readerBlocked'))),
        h('li', {}, link('forgotten/identifier/coopanet', T('userCodeForgotten'))),
      h('li', {}, link('reactivation/coopanet', T('haveLetter'))))),
    panel(T('siteCoopaccess'), h('p', {}, T('assistanceCoopaccess')), h('ul', {},
      h('li', {}, link('forgotten/identifier/coopaccess', T('identifierForgotten'))),
        h('li', {}, link('forgotten/secret/coopaccess', T('confidentialForgotten'))),
      h('li', {}, link('reactivation/coopaccess', T('haveLetter'))))),
    panel(T('siteSavings'), h('p', {}, T('assistanceSavings')), h('ul', {},
      h('li', {}, link('forgotten/secret/savings', T('passwordForgotten'))))),
    panel(T('fraudTitle'), h('p', {}, T('fraudText'))),
  ],
});

export const security = () => ({
  title: T('adviceTitle'),
  content: [
    h('p', { class: 'lead' }, T('adviceLead')),
    h('ol', { class: 'advice' }, [1, 2, 3, 4, 5, 6, 7].map((each) => h('li', { class: 'panel' },
      h('h2', {}, T(`advice${each}`)), h('p', {}, T(`advice${each}Text`))))),
    panel(T('fraudTitle'), h('p', {}, T('fraudText'))),
  ],
});
