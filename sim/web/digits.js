// From the card's answer to the digits of a code, bit by bit, as GET /v1/readers/{id}/codes tells it.
import { h } from './dom.js';
import { spaced, tagName } from './emv.js';
import { language, t } from './text.js';

const bitsOf = (hex) => (hex.match(/../g) ?? []).map((each) => Number.parseInt(each, 16).toString(2).padStart(8, '0'));

// The bytes of a part, with the bits that are taken marked. `unknown`: of its data only those are known.
function bytesOf({ data, mask, taken }, unknown) {
  const masks = bitsOf(mask);
  let at = 0;
  return bitsOf(data).map((byte, which) => h('span', { class: 'byte' }, ...[...byte].map((bit, place) => (
    masks[which][place] === '1' ? h('mark', {}, taken[at++]) : h('span', {}, unknown ? '·' : bit)))));
}

function told(values) {
  if (values.length === 0) return [];
  return [h('h4', {}, t('told')), h('table', { class: 'told' }, h('tbody', {}, ...values.map((each) => h('tr', {},
    h('th', { scope: 'row' }, tagName(each.tag, language()) || each.name || each.tag),
    h('td', {}, h('code', {}, spaced(each.value))),
    h('td', { class: 'tag' }, each.tag)))))];
}

function parts({ parts: all, signs }) {
  const names = { PSN: '5F34', CID: '9F27', ATC: '9F36', AC: '9F26', IAD: '9F10' };
  return h('dl', { class: 'parts' }, ...all.flatMap((part) => {
    const mixed = signs && part.name === 'AC';
    return [
      h('dt', { title: tagName(names[part.name], language()) }, part.name + (mixed ? '*' : ''), ...(part.from > 0 ? [h('sub', {}, String(part.from))] : [])),
      h('dd', {}, ...bytesOf(part, mixed).flatMap((byte) => [byte, ' '])),
    ];
  }));
}

const inGroups = (digits) => digits.replace(/(.{4})(?=.)/g, '$1 ');
const fromRight = (bits) => bits.replace(/(.)(?=(.{4})+$)/g, '$1 ');

export function createDigits() {
  const shown = h('span', { class: 'code' });
  const body = h('div', { class: 'path' });
  const words = h('span', {});
  const element = h('details', { class: 'digits', hidden: true }, h('summary', {}, words, ' ', shown), body);
  let code = null;

  const draw = () => {
    words.textContent = t('fromAc');
    element.hidden = code === null;
    if (code === null) return;
    shown.textContent = inGroups(code.code);
    body.replaceChildren(
      ...told(code.told),
      h('h4', {}, t(code.rule === 'belgian' ? 'takenBelgian' : 'taken')),
      parts(code),
      ...(code.signs ? [h('p', { class: 'soft' }, t('signs'))] : []),
      h('ol', { class: 'steps-to-code' },
        h('li', {}, h('span', {}, t('joined', { count: code.bits.length })), h('code', {}, fromRight(code.bits))),
        h('li', {}, h('span', {}, t('decimal')), h('code', {}, code.number)),
        ...(code.rule === 'belgian' ? [h('li', {}, h('span', {}, t('carried')), h('code', {}, `${code.number} + ${code.number.at(-1)}·10⁷`))] : []),
        h('li', { class: 'last' }, h('span', {}, t('theCode')), h('strong', {}, inGroups(code.code)))));
  };

  return {
    element,
    code: () => (code ? inGroups(code.code) : ''),
    show(next) {
      if (JSON.stringify(next) === JSON.stringify(code)) return;
      code = next;
      draw();
    },
    translate: draw,
  };
}
