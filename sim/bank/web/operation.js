// What needs an authentication of its own: begun at the bank, shown (what, how much, for whom), and confirmed by a code
// that is good for this and nothing else. Each answer ends it; after a refusal it is begun anew.
import { at, call } from './api.js';
import { disable, fill, h } from './dom.js';
import { explained } from './errors.js';
import { minutes } from './format.js';
import { codeField, form, textField } from './forms.js';
import { go } from './router.js';
import { adopt, bankNow, session } from './session.js';
import { readerSteps, summaryOf } from './steps.js';
import { T } from './text.js';

const kDigits = [6, 12];  // of a code by a reader of another model

function codeOf(method) {
  if (method === 'sms') return textField({ name: 'code', label: T('smsCode'), hint: T('smsCodeHint'),
    attributes: { inputmode: 'numeric', class: 'code', autocomplete: 'one-time-code', maxlength: 20 } });
  if (method === 'post') return textField({ name: 'code', label: T('postCode'), hint: T('smsCodeHint'),
    attributes: { inputmode: 'numeric', class: 'code', maxlength: 20 } });
  return codeField({ digits: kDigits });
}

function stepsOf({ method, inputs }) {
  if (method === 'sms') return h('p', {}, T('smsSent', { mobile: session().user?.mobile ?? '' }));
  if (method === 'post') return h('p', {}, T('letterSent'));
  return [h('h3', {}, T('withReader')), readerSteps({ method, inputs })];
}

// `content`: what is shown before it begins and after it is given up. begin(request) throws what the bank refuses at once.
// done(result) says what follows, as an element, or goes elsewhere and says nothing.
export function confirmedBy(content, { done, heading = T('toConfirm') }) {
  const stage = h('div', { class: 'stage' }, content);
  let timer = 0;

  const giveUp = () => {
    clearInterval(timer);
    fill(stage, content);
    (stage.querySelector('input, select, button') ?? stage).focus();
  };

  const show = (operation, request, { alert = null } = {}) => {
    clearInterval(timer);
    const { id, method, summary = [], inputs = [], expires_ms: expires } = operation;
    const title = h('h2', { tabindex: '-1' }, heading);
    const validity = h('p', { class: 'hint' });
    const again = h('button', { type: 'button', hidden: true, onclick: () => anew(request, null) }, T('beginAgain'));
    const field = codeOf(method);
    const confirm = form({
      fields: [field], submit: T('confirm'), beside: [again, h('button', { type: 'button', onclick: giveUp }, T('cancel'))],
      send: async ({ code }) => {
        const answer = await call('POST', at('operations', id), { code });
        clearInterval(timer);
        adopt(answer.session ?? session());
        const after = await done(answer.result ?? {}, operation);
        if (after) {
          fill(stage, after);
          stage.querySelector('h2')?.focus();
        }
      },
      failed: async (error) => {
        if (error.code === 'disabled') {
          go(`disabled/${session().site ?? 'coopanet'}`);
          return true;
        }
        if (error.code !== 'refused' && error.code !== 'over') return false;
        await anew(request, explained(error, { refused: 'errorCodeRefused' }));
        return true;
      },
    });
    if (alert) confirm.complain(alert);
    fill(stage, h('section', { class: 'panel operation', 'data-method': method },
      title, summary.length > 0 ? summaryOf(summary) : null, stepsOf({ method, inputs }), confirm.root, validity));
    (alert ? field.input : title).focus();

    const began = performance.now();
    const lasts = expires ? expires - bankNow() : null;
    const tick = () => {
      if (!validity.isConnected) return clearInterval(timer);
      const left = lasts - (performance.now() - began);
      fill(validity, left > 0 ? T('validFor', { time: minutes(left) }) : T('errorOver'));
      again.hidden = left > 0;
      disable(confirm.button, left <= 0);
      return left > 0 ? undefined : clearInterval(timer);
    };
    if (lasts === null) return;
    tick();
    timer = setInterval(tick, 1000);
  };

  async function anew(request, alert) {
    try {
      show(await begun(request), request, { alert });
    } catch (error) {
      giveUp();
      fill(stage, h('div', { class: 'alert', role: 'alert' }, h('p', {}, alert, alert ? ' ' : null, explained(error))), content);
    }
  }
  const begun = async (request) => {
    const operation = await call('POST', 'api/operations', request);
    return { ...operation, request };
  };

  return {
    root: stage,
    begin: async (request) => show(await begun(request), request),
  };
}

// What follows, where that is no more than to say so.
export const doneWith = (text, ...more) => h('section', { class: 'panel done' }, h('h2', { tabindex: '-1' }, text), more);
