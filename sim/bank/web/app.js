// The bank's pages: which view the address means, who may see it, and what is around it on every page.
import { accessibleSwitch } from './accessible.js';
import { createDemo } from './demo.js';
import { by, fill, h, retell, say } from './dom.js';
import { explained } from './errors.js';
import { moment } from './format.js';
import { languageButtons } from './languages.js';
import { onward, remember } from './login.js';
import { notify, turnPage } from './notices.js';
import { brand, link, panel, silhouette } from './parts.js';
import { go, goInstead, place } from './router.js';
import { drawTime, isIn, logOff, may, onEnd, onSession, refresh, session } from './session.js';
import { fieldName } from './steps.js';
import { language, T, t } from './text.js';
import { accounts, transactions } from './view-accounts.js';
import { batches } from './view-batches.js';
import { beneficiaries } from './view-beneficiaries.js';
import { consent } from './view-consent.js';
import { certificateRefused, coopaccess } from './view-coopaccess.js';
import { coopanet } from './view-coopanet.js';
import { disabled, forgottenIdentifier, forgottenSecret, reactivation } from './view-help.js';
import { history as historyView } from './view-history.js';
import { assistance, home, security } from './view-home.js';
import { savings } from './view-savings.js';
import { secret } from './view-secret.js';
import { certificate, chequeBooks, details } from './view-services.js';
import { strong } from './view-strong.js';
import { transfer } from './view-transfer.js';
import { users } from './view-users.js';

// Who may see a view: anybody; who is not logged in; who is; with limited access; with full access alone.
const kViews = {
  '': { show: home, who: 'anybody' },
  security: { show: security, who: 'anybody' },
  assistance: { show: assistance, who: 'anybody' },
  disabled: { show: disabled, who: 'anybody' },
  coopanet: { show: coopanet, who: 'out' },
  coopaccess: { show: coopaccess, who: 'out' },
  savings: { show: savings, who: 'out' },
  'certificate-refused': { show: certificateRefused, who: 'out' },  // from the page that asks for certificates
  'forgotten/identifier': { show: forgottenIdentifier, who: 'out' },
  'forgotten/secret': { show: forgottenSecret, who: 'out' },
  reactivation: { show: reactivation, who: 'out' },
  secret: { show: secret, who: 'in' },
  strong: { show: strong, who: 'in' },
  continue: { show: consent, who: 'limited' },
  accounts: { show: (where) => (where.params.length > 0 ? transactions(where) : accounts(where)), who: 'limited' },
  history: { show: historyView, who: 'limited' },
  transfer: { show: transfer, who: 'limited' },
  batches: { show: batches, who: 'full' },
  beneficiaries: { show: beneficiaries, who: 'full' },
  'cheque-books': { show: chequeBooks, who: 'limited' },
  users: { show: users, who: 'full' },
  details: { show: details, who: 'full' },
  certificate: { show: certificate, who: 'full' },
};

function viewAt({ parts, query }) {
  for (const length of [2, 1, 0]) {
    const name = parts.slice(0, length).join('/');
    const named = parts.length >= length && name in kViews && (length > 0 || parts.length === 0);
    if (named) return { ...kViews[name], name, where: { params: parts.slice(length), query } };
  }
  return null;
}

// ---- who may see what

const kFirst = { must_change: 'secret', must_prove: 'strong' };  // what comes before all else

// True where the view may be shown; otherwise it leads elsewhere, or says why not.
function admits({ who, name }) {
  const { access } = session();
  if (who === 'anybody') return true;
  if (who === 'out') return !isIn();
  if (!isIn()) return false;
  if (who === 'in') return name === (kFirst[access] ?? name);
  return who === 'limited' ? access === 'limited' || access === 'full' : access === 'full';
}

function elsewhere(who) {
  if (who === 'out') return onward();
  if (!isIn()) {
    remember(place().text);
    notify(T('loginFirst'), 'plain');
    return goInstead('');
  }
  const before = kFirst[session().access];
  return before ? goInstead(before) : null;
}

// Limited access, and a view that wants more: a word why, and the way.
const notNow = () => ({
  title: T('notNowTitle'),
  content: panel(null, h('p', {}, T('errorNotNow')), h('p', {}, T('strongRule', { days: session().rules.strong_days })),
    h('div', { class: 'actions' },
      link(`strong?next=${encodeURIComponent(place().text)}`, T('authenticate'), { class: 'button primary' }))),
});

const unknown = () => ({ title: T('unknownTitle'), content: h('p', {}, link(isIn() ? 'accounts' : '', T('backHome'))) });

const failed = (error) => ({
  title: T('failedTitle'),
  content: panel(null, h('p', { role: 'alert' }, explained(error)),
    h('div', { class: 'actions' }, h('button', { type: 'button', onclick: show }, T('tryAgain')))),
});

// ---- the view

let turn = 0;
let first = true;
let title = T('homeTitle');

async function made(view) {
  if (view === null) return unknown();
  if (!admits(view)) return elsewhere(view.who) ?? (isIn() && session().access === 'limited' ? notNow() : null);
  try {
    return await view.show(view.where);
  } catch (error) {
    if (error.code === 'no_session') return null;  // the page is on its way to the login
    if (error.code === 'not_now') return notNow();
    return failed(error);
  }
}

async function show() {
  const now = ++turn;
  const view = viewAt(place());
  by('main').setAttribute('aria-busy', 'true');
  const asked = location.hash;
  const shown = await made(view);
  if (now !== turn) return;
  by('main').removeAttribute('aria-busy');
  const drawn = shown ?? (asked === location.hash ? unknown() : null);
  if (drawn === null) return;
  title = drawn.title;
  const heading = h('h1', { tabindex: '-1' }, title);
  fill(by('view'), heading, drawn.content);
  document.documentElement.dataset.view = view?.name || 'home';
  drawTitle();
  turnPage();
  drawAround();
  if (!first) {
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }
  first = false;
}

const drawTitle = () => { document.title = `${title()} — ${t('simulator')}`; };

// ---- around it

const isCompany = () => session().site !== 'savings';  // and no saver of one
const kMenu = [
  { heading: 'menuAccounts', items: [{ path: 'accounts', text: 'accountsTitle' }] },
  {
    heading: 'menuTransactions',
    items: [
      { path: 'history', text: 'historyTitle' },
      { path: 'transfer', text: 'transferTitle', when: () => may('enter_orders') || may('sign_orders') },
      { path: 'batches', text: 'batchesTitle', when: () => may('enter_orders') || may('sign_orders') },
    ],
  },
  {
    heading: 'menuServices',
    items: [
      { path: 'beneficiaries', text: 'beneficiariesTitle', when: isCompany },
      { path: 'cheque-books', text: 'chequeTitle', when: () => may('cheque_books') },
    ],
  },
  {
    heading: 'menuProfile',
    items: [
      { path: 'users', text: 'usersTitle', when: () => isCompany() && ['main', 'administrator'].includes(session().user?.role) },
      { path: 'details', text: 'detailsTitle' },
      { path: 'secret', text: 'confidentialCode', when: () => session().site === 'coopaccess' },
      { path: 'secret', text: 'password', when: () => session().site === 'savings' },
      { path: 'certificate', text: 'certificateTitle', when: () => isCompany() && session().methods.certificate },
      { path: 'strong', text: 'strongTitle', when: isCompany },
    ],
  },
];

let menuOpen = false;

function drawMenu() {
  const menu = by('menu');
  const isThere = isIn() && ['limited', 'full'].includes(session().access);
  menu.hidden = !isThere;
  if (!isThere) return;
  const here = place().parts[0] ?? '';
  const item = (each) => h('li', {}, link(each.path, T(each.text), { 'aria-current': each.path === here ? 'page' : null }));
  const list = h('div', { class: 'menu-list', id: 'menu-list' }, kMenu
    .map(({ heading, items }) => ({ heading, items: items.filter((each) => !each.when || each.when()) }))
    .filter(({ items }) => items.length > 0)
    .map(({ heading, items }) => h('div', { class: 'menu-group' }, h('h2', {}, T(heading)), h('ul', {}, items.map(item)))));
  const button = h('button', { type: 'button', class: 'menu-button', 'aria-controls': 'menu-list',
    'aria-expanded': String(menuOpen), onclick: () => openMenu(!menuOpen) }, T('menu'));
  menu.setAttribute('aria-label', t('menu'));
  menu.classList.toggle('open', menuOpen);
  fill(menu, button, list);
}

function openMenu(open) {
  menuOpen = open;
  by('menu').classList.toggle('open', open);
  by('menu').querySelector('.menu-button')?.setAttribute('aria-expanded', String(open));
}

function lastLogin({ last_login_ms: at, last_login_method: method }) {
  if (!at) return T('firstLogin');
  return [() => moment(at), method ? [h('br'), fieldName('method', method)] : null];
}

// Behind the silhouette: who is logged in, and the date, time and way of the last login.
function whoIsIn() {
  const { user } = session();
  const open = h('button', { type: 'button', class: 'who-button', 'aria-expanded': 'false', 'aria-controls': 'who',
    'aria-label': T('whoLabel', { name: user.name }) }, silhouette());
  const box = h('div', { class: 'who panel', id: 'who', hidden: true },
    h('p', { class: 'who-name' }, h('strong', {}, user.name)),
    h('p', {}, fieldName('site', session().site), ' · ', fieldName('role', user.role)),
    h('dl', { class: 'summary' },
      h('div', {}, h('dt', {}, T('lastLogin')), h('dd', { id: 'last-login' }, lastLogin(user))),
      h('div', {}, h('dt', {}, T('authenticationLevel')),
        h('dd', {}, T(session().level === 'strong' ? 'strongAuthentication' : 'simpleAuthentication')))),
    h('p', { class: 'hint' }, T('lastLoginHint')),
    session().access === 'full' ? h('p', {}, link('history', T('historyTitle'))) : null);
  const set = (shown) => {
    box.hidden = !shown;
    open.setAttribute('aria-expanded', String(shown));
  };
  open.addEventListener('click', () => set(box.hidden));
  const around = h('div', { class: 'who-around' }, open, box);
  around.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || box.hidden) return;
    set(false);
    open.focus();
  });
  around.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !around.contains(event.relatedTarget)) set(false);
  });
  return around;
}

async function leave() {
  try {
    await logOff();
    remember(null);
    notify(T('loggedOff'));
    go('');
  } catch (error) {
    notify(explained(error), 'bad');
    turnPage();
  }
}
document.addEventListener('log-off', leave);

let around = '';  // what the top was drawn for

function drawAround() {
  drawMenu();
  const now = JSON.stringify([session()?.level, session()?.user, session()?.access, session()?.site]);
  if (now === around) return;
  around = now;
  fill(by('ribbon'), h('strong', {}, T('simulator')), ' ', h('span', {}, T('simulatorWhat')));
  fill(by('top'),
    brand(isIn() ? '#/accounts' : '#/', isIn() ? fieldName('site', session().site) : T('brand')),
    h('div', { class: 'top-tools' },
      isIn() ? null : link('assistance', T('assistance')),
      accessibleSwitch(), languageButtons(retellAll),
      isIn() ? whoIsIn() : null,
      isIn() ? h('span', { class: 'time time-left', title: T('timeTitle'), role: 'timer', 'aria-live': 'off' }) : null,
      isIn() ? h('button', { type: 'button', class: 'log-off', id: 'log-off', onclick: leave }, T('logOff')) : null));
  fill(by('foot'), h('p', {}, T('footSimulator')), h('p', {}, T('footCookies')),
    h('p', {}, link('security', T('adviceTitle')), ' · ', link('assistance', T('assistance')), ' · ',
      h('a', { href: 'outbox' }, T('outboxTitle'))));
  say(by('skip'), T('skip'));
  drawTime();
}
by('skip').addEventListener('click', () => by('view').querySelector('h1')?.focus());

function retellAll() {
  retell(document.body);
  by('menu').setAttribute('aria-label', t('menu'));
  drawTitle();
}

// ---- start

const demo = createDemo(by('demo'));
onSession((now) => {
  demo.follow(now.demo);
  if (!first) drawAround();
});

// It ended by itself: back to the login of the site, with a word why.
let lastSite = null;
onSession((now) => { lastSite = now.site ?? lastSite; });
onEnd((why) => {
  notify(T(why), 'plain');
  go(lastSite ?? '');
});

globalThis.addEventListener('hashchange', () => {
  openMenu(false);
  show();
});

// A link to where one is begins the page anew.
document.addEventListener('click', (event) => {
  const clicked = event.target.closest('a[href^="#/"]');
  if (clicked?.getAttribute('href') === location.hash) show();
});

async function start() {
  document.documentElement.lang = language();
  try {
    await refresh();
  } catch (error) {
    fill(by('view'), h('h1', {}, T('failedTitle')), h('p', { role: 'alert' }, explained(error)),
      h('p', {}, h('button', { type: 'button', onclick: start }, T('tryAgain'))));
    return;
  }
  // Back from where the browser showed a certificate, or from an application: to the point.
  if (isIn() && (location.hash === '' || (session().authorization && place().parts.length === 0))) return onward();
  if (session().authorization && place().parts.length === 0) {
    notify(T('consentLogin', { client: session().authorization.client }), 'plain');
  }
  return show();
}
start();
