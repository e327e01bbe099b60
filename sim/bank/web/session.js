// The session, as the bank last described it, and how long it lasts without activity.
import { call, onHeard, onOver, useToken } from './api.js';
import { by, fill, h } from './dom.js';
import { minutes } from './format.js';
import { T, t } from './text.js';

const kTick = 1000;           // milliseconds
const kWarned = 60 * 1000;    // before the end
const kTypingCounts = 60 * 1000;  // what is typed tells the bank once in this time that somebody is there

let current = null;
let endsAt = null;            // on the page's clock; null: nobody is logged in
let lastHeard = 0;
let described = 0;            // when the bank described it, on the page's clock
let checking = false;
const listeners = [];
let overBecause = () => {};
const otherTabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('sesame-bank') : null;

export const session = () => current;
export const isIn = () => current !== null && current.level !== 'anonymous';
export const may = (entitlement) => current?.user?.entitlements?.includes(entitlement) ?? false;
// What the bank's clock says now, as far as the page can know.
export const bankNow = () => current.now_ms + performance.now() - described;
export const onSession = (listener) => listeners.push(listener);
// Called with the name of a text that says why, when the session ended by itself.
export const onEnd = (tell) => { overBecause = tell; };

// `next`: as GET api/session says it.
export function adopt(next) {
  const levelBefore = current?.level;
  current = next;
  useToken(next.csrf);
  lastHeard = performance.now();
  described = lastHeard;
  endsAt = isIn() && next.ends_ms ? lastHeard + next.ends_ms - next.now_ms : null;
  if (!isIn()) hideWarning();
  if (levelBefore !== undefined && levelBefore !== next.level) otherTabs?.postMessage('changed');
  for (const each of listeners) each(next);
  drawTime();
  return next;
}

export const refresh = async () => adopt(await call('GET', 'api/session'));

export async function logOff() {
  await call('POST', 'api/logout').catch((error) => { if (error.code !== 'no_session') throw error; });
  await refresh();
}

// ---- 5 minutes

onHeard(() => {
  lastHeard = performance.now();
  if (endsAt !== null) endsAt = lastHeard + current.idle_ms;
  hideWarning();
});

// Of somebody who is not logged in nothing is lost: a new session does.
onOver(async () => {
  if (isIn()) {
    await ended('endedIdle');
    return false;
  }
  if (current === null) return false;
  await refresh();
  return true;
});

async function ended(why) {
  if (!isIn() || checking) return;
  checking = true;
  try {
    await refresh();
  } finally {
    checking = false;
  }
  if (!isIn()) overBecause(why);
}

otherTabs?.addEventListener('message', () => ended('endedElsewhere'));

// What one looks at or types is activity, too, though the bank hears nothing of it.
const stay = () => call('GET', 'api/accounts').catch(() => {});
for (const kind of ['keydown', 'pointerdown']) {
  document.addEventListener(kind, (event) => {
    if (endsAt === null || event.target.closest?.('#ending') || performance.now() - lastHeard < kTypingCounts) return;
    lastHeard = performance.now();
    stay();
  });
}

const dialog = by('ending');

function hideWarning() {
  if (dialog.open) dialog.close();
}

function warn() {
  if (dialog.open) return;
  fill(dialog,
    h('h2', { id: 'ending-title' }, T('endingTitle')),
    h('p', {}, T('endingText'), ' ', h('span', { role: 'timer', class: 'time-left', 'aria-live': 'off' }, minutes(left()))),
    h('div', { class: 'actions' },
      h('button', { type: 'button', class: 'primary', onclick: goOn }, T('stay')),
      h('button', { type: 'button', onclick: () => document.dispatchEvent(new CustomEvent('log-off')) }, T('logOff'))));
  dialog.showModal();
}

async function goOn() {
  await stay();
  await refresh().catch(() => {});
  hideWarning();
}
dialog.addEventListener('cancel', (event) => {
  event.preventDefault();
  goOn();
});

const left = () => (endsAt === null ? null : Math.max(0, endsAt - performance.now()));

// Written wherever a page shows it.
export function drawTime() {
  const time = left();
  for (const each of document.querySelectorAll('.time-left')) {
    each.textContent = time === null ? '' : minutes(time);
    each.setAttribute('aria-label', time === null ? '' : t('timeLeft', { time: minutes(time) }));
  }
}

function tick() {
  const time = left();
  if (time === null) return;
  drawTime();
  // A second late rather than early: asking must not be what keeps the session.
  if (performance.now() >= endsAt + kTick) ended('endedIdle').catch(() => {});
  else if (time <= kWarned) warn();
}
setInterval(tick, kTick);
// Back from another page, or from sleep.
document.addEventListener('visibilitychange', () => { if (!document.hidden) tick(); });
globalThis.addEventListener('pageshow', (event) => { if (event.persisted) refresh().catch(() => {}); });
