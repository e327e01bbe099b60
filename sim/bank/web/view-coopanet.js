// Coop@net, « Accès à vos comptes »: click on the Sésame reader, then user code and Sésame code.
import { h } from './dom.js';
import { codeField, form, textField } from './forms.js';
import { draft, logIn, whenDisabled } from './login.js';
import { link, panel, readerPicture, securityBox } from './parts.js';
import { hashOf } from './router.js';
import { readerSteps } from './steps.js';
import { T } from './text.js';

const kUserCode = 8;  // characters

export const userCodeField = (value = '') => textField({
  name: 'user_code', label: T('userCode'), hint: T('userCodeHint'), value,
    attributes: { maxlength: kUserCode, autocapitalize: 'characters', 'data-fill': 'user_code' },
  check: (typed) => (typed.length === kUserCode ? null : T('userCodeWrong', { count: kUserCode })),
});

// Only for who has several cards.
export const cardField = () => {
  const field = textField({
    name: 'card', label: T('lastFour'), hint: T('lastFourHint'), required: false,
      attributes: { inputmode: 'numeric', maxlength: 4 },
    check: (typed) => (typed === '' || /^\d{4}$/.test(typed) ? null : T('lastFourWrong')),
  });
  field.root = h('details', { class: 'more' }, h('summary', {}, T('severalCards')), field.root);
  return field;
};

export function coopanet({ params: [step] }) {
  const clicked = step === 'code';
  const reader = h('a', { class: 'reader-button', href: hashOf('coopanet/code'), 'aria-current': clicked ? 'step' : null },
    readerPicture(), h('span', {}, T('sesameReader')));
  const entry = form({
    label: T('accountsAccess'), refused: 'errorRefused',
    fields: [userCodeField(draft.identifiers?.user_code), codeField({ label: T('sesameCode') }), cardField()],
    submit: T('validate'), failed: whenDisabled('coopanet'),
    send: ({ user_code: userCode, code, card }) => logIn('code', 'coopanet', { user_code: userCode },
      { code, ...(card && { card }) }),
  });
  return {
    title: T('accountsAccess'),
    site: 'coopanet',
    content: h('div', { class: 'two login' },
      h('div', {},
        clicked ? panel(null, entry.root, h('p', { class: 'links' }, link('forgotten/identifier/coopanet',
          T('userCodeForgotten')), ' ',
          link('forgotten/secret/coopanet', T('readerBlocked')))) : panel(null, h('p', {}, T('clickReader')), reader),
        clicked ? null : h('p', { class: 'hint' }, T('noOldCode'))),
      h('div', {}, clicked ? panel(T('yourCode'), h('div', { class: 'steps-beside' }, reader,
        readerSteps({ where: T('enterOnCoopanet') })), h('p', { class: 'hint' }, T('eachOnce'))) : null, securityBox())),
  };
}
