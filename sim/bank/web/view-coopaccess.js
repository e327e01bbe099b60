// Coop@ccess: the identifier, then the user number and one of three means.
import { accessibleSwitch } from './accessible.js';
import { call } from './api.js';
import { h } from './dom.js';
import { checkField, codeField, form, part, secretField, textField } from './forms.js';
import { keep, kept } from './kept.js';
import { draft, logIn, whenDisabled } from './login.js';
import { notify } from './notices.js';
import { link, note, panel, securityBox } from './parts.js';
import { go, goInstead, hashOf } from './router.js';
import { session } from './session.js';
import { readerSteps } from './steps.js';
import { T } from './text.js';
import { cardField } from './view-coopanet.js';

const kRemembered = 'sesame.bank.identifier';
const kDigits = [6, 12];  // of a CAP code: readers differ

let identifier = null;

export const clientField = (value = '') => textField({
  name: 'client_id', label: T('clientId'), value, attributes: { placeholder: T('enterIdentifier'), 'data-fill': 'client_id',
    maxlength: 32 },
});
export const userField = (value = '') => textField({
  name: 'user_number', label: T('userNumber'), value, attributes: { inputmode: 'numeric', 'data-fill': 'user_number',
    maxlength: 16 },
});

function identification() {
  const remembered = kept(kRemembered);
  const field = clientField(draft.identifiers?.client_id ?? remembered ?? '');
  const remember = checkField({ name: 'remember', label: T('rememberIdentifier'), value: remembered !== null });
  const entry = form({
    label: T('typeIdentifier'),
    fields: [field, part(h('div', { class: 'between' }, link('forgotten/identifier/coopaccess', T('identifierForgotten')),
      accessibleSwitch())), remember],
    send: ({ client_id: clientId, remember: wanted }) => {
      identifier = clientId;
      keep(kRemembered, wanted ? clientId : null);
      go('coopaccess/reader');
    },
  });
  return {
    title: T('connection'),
    site: 'coopaccess',
    content: h('div', { class: 'two login' },
      panel(T('typeIdentifier'), entry.root),
      h('div', {}, panel(T('welcome'), h('p', {}, T('coopaccessWelcome')), h('p', {}, link('assistance', T('assistance')))),
        securityBox())),
  };
}

const kMeans = {
  reader: { name: 'meansReader', strength: 'strong' },
  certificate: { name: 'meansCertificate', strength: 'strong' },
  confidential: { name: 'meansConfidential', strength: 'simple' },
};

const isOffered = (means) => means !== 'certificate' || session().methods.certificate;
const chooser = (chosen) => h('nav', { class: 'means', 'aria-label': T('meansTitle') }, h('ul', {},
  Object.entries(kMeans).filter(([means]) => isOffered(means)).map(([means, { name, strength }]) => h('li', {},
    h('a', { href: hashOf(`coopaccess/${means}`), 'aria-current': means === chosen ? 'true' : null },
      h('strong', {}, T(name)), h('small', {}, T(`${strength}Authentication`)))))));

// ---- the three means: what is typed, and what to do

function byReader() {
  return {
    fields: [codeField({ digits: kDigits, label: T('capCode') }), cardField()],
    send: (identifiers, { code, card }) => logIn('code', 'coopaccess', identifiers, { code, ...(card && { card }) }),
    beside: panel(T('yourCode'), readerSteps({ where: T('enterOnPage') }), h('p', { class: 'hint' }, T('eachOnce'))),
    links: link('forgotten/secret/coopaccess/code', T('readerBlocked')),
  };
}

function byConfidential() {
  return {
    fields: [secretField({ name: 'confidential_code', label: T('confidentialCode'),
      attributes: { maxlength: 64 } })],
    send: (identifiers, { confidential_code: code }) => logIn('confidential', 'coopaccess', identifiers, { confidential_code: code }),
    beside: panel(T('goodToKnow'), h('p', {}, T('confidentialNote')), h('p', {}, T('confidentialFirst')),
      h('p', {}, T('confidentialSensitive'))),
    links: link('forgotten/secret/coopaccess/confidential', T('confidentialForgotten')),
  };
}

function byCertificate() {
  return {
    fields: [part(note(h('h3', {}, T('plugCertificate')), h('p', {}, T('plugCertificateText'))))],
    submit: T('selectCertificate'),
    send: async (identifiers) => {
      Object.assign(draft, { site: 'coopaccess', method: 'certificate', identifiers });
      const { url } = await call('POST', 'api/login/certificate', identifiers);
      location.assign(url);
    },
    beside: panel(T('goodToKnow'), h('ol', { class: 'steps' }, h('li', {}, T('certificatePlug')),
      h('li', {}, T('certificateList')), h('li', {}, T('certificatePin'))),
      h('p', { class: 'hint' }, T('noTurboSign'))),
    links: link('assistance', T('assistance')),
  };
}

const kForms = { reader: byReader, confidential: byConfidential, certificate: byCertificate };

export function coopaccess({ params: [means] }) {
  if (means === undefined) return identification();
  identifier ??= draft.identifiers?.client_id ?? null;
  if (identifier === null || !(means in kForms)) {
    goInstead('coopaccess');
    return null;
  }
  const { fields, send, beside, links, submit } = kForms[means]();
  const entry = form({
    label: T(kMeans[means].name), submit: submit ?? T('validate'), failed: whenDisabled('coopaccess'),
    fields: [userField(draft.identifiers?.user_number), ...fields],
    send: ({ user_number: userNumber, ...rest }) => send({ client_id: identifier, user_number: userNumber }, rest),
  });
  return {
    title: T('connection'),
    site: 'coopaccess',
    content: [
      h('p', { class: 'chosen' }, T('clientId'), ' ', h('strong', {}, identifier), ' ', link('coopaccess', T('change'))),
      chooser(means),
      h('div', { class: 'two login' },
        panel(T(kMeans[means].name), entry.root, h('p', { class: 'links' }, links)),
        h('div', {}, beside, note(h('h3', {}, T('toNote')), h('p', {},
          T('strongRule', { days: session().rules.strong_days }))), securityBox())),
    ],
  };
}

// Back from where the browser asked for a certificate, in vain.
export function certificateRefused() {
  notify(T('certificateRefused'), 'bad');
  goInstead('coopaccess');
  return null;
}
