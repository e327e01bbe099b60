// What a bank would send by post and SMS: the simulator's own page, for who must read a letter that nobody brings.
import { call, useBearer } from './api.js';
import { by, fill, h, retell } from './dom.js';
import { explained } from './errors.js';
import { form, secretField } from './forms.js';
import { moment } from './format.js';
import { languageButtons } from './languages.js';
import { brand } from './parts.js';
import { language, T, t } from './text.js';

const kLook = 2000;  // milliseconds between two looks

let shown = false;           // the page, once the first answer is there
const messages = new Map();  // by number
const list = h('ul', { class: 'messages' });
const alert = h('div', { class: 'alert', role: 'alert' });
const status = h('p', { class: 'visually-hidden', role: 'status' });

const draw = ({ number, at_ms: at, kind, to, subject, text, values }) => h('li', { class: `panel message ${kind}` },
  h('h2', {}, subject || T(`sent_${kind}`)),
  h('p', { class: 'hint' }, T(`sent_${kind}`), ' · ', T('sentTo', { to }), ' · ', () => moment(at)),
  h('p', { class: 'letter' }, text),
  values?.code ? h('p', {}, T('codeIs'), ' ', h('kbd', {}, values.code)) : null);

// Where others can reach this server: who has no token sees nothing.
const stranger = h('section', { class: 'panel', hidden: true }, h('p', {}, T('outboxToken')), form({
  fields: [secretField({ name: 'token', label: T('token') })],
  send: ({ token }) => {
    useBearer(token);
    return look();
  },
}).root);

async function look() {
  try {
    const { messages: all } = await call('GET', 'api/outbox');
    const fresh = all.filter((each) => !messages.has(each.number));
    for (const each of fresh) {
      messages.set(each.number, each);
      list.prepend(draw(each));
    }
    if (shown && fresh.length > 0) fill(status, T('newMessages', { count: fresh.length }));
    alert.replaceChildren();
    stranger.hidden = true;
    show();
  } catch (error) {
    stranger.hidden = error.status !== 401;
    show();
    fill(alert, error.status === 401 ? null : h('p', {}, explained(error)));
  }
}

async function follow() {
  for (;;) {
    if (!document.hidden) await look();
    await new Promise((resolve) => { setTimeout(resolve, kLook); });
  }
}

const empty = h('p', { class: 'empty' }, T('outboxEmpty'));
function show() {
  empty.hidden = messages.size > 0 || !stranger.hidden;
  if (shown) return;
  shown = true;
  fill(by('main'), h('h1', {}, T('outboxTitle')), h('p', { class: 'lead' }, T('outboxLead')), alert, stranger, status, empty, list);
}

fill(by('ribbon'), h('strong', {}, T('simulator')), ' ', h('span', {}, T('outboxRibbon')));
fill(by('top'), brand('./', T('brand')), h('div', { class: 'top-tools' }, languageButtons(() => {
  document.title = t('outboxTitle');
  retell(document.body);
})));
document.documentElement.lang = language();
document.title = t('outboxTitle');
follow();
