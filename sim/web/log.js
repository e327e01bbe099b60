// The dialogue of reader and card: a line for each command, which opens to what its bytes mean.
import { by, h } from './dom.js';
import { format1, isGood, parseTlv, printable, spaced, statusWord, tagName } from './emv.js';
import { language, t } from './text.js';

const kMost = 400;  // lines; older ones go

function explainTlv(nodes) {
  return h('ul', { class: 'tlv' }, ...nodes.map((node) => {
    const text = node.children ? '' : printable(node.value);
    return h('li', {},
      h('span', { class: 'tag' }, node.tag), ' ',
      h('span', { class: 'tag-name' }, tagName(node.tag, language())),
      ...(node.children ? [explainTlv(node.children)] : [h('code', {}, spaced(node.value)), ...(text ? [h('q', {}, text)] : [])]));
  }));
}

function explainData(instruction, data) {
  if (data === '') return [];
  const nodes = data.includes('*') ? null : parseTlv(data);
  if (!nodes) return [h('code', { class: 'raw' }, spaced(data))];
  if (nodes.length === 1 && nodes[0].tag === '80') {
    const inside = format1(instruction, nodes[0].value);
    if (inside) nodes[0].children = inside;
  }
  return [explainTlv(nodes)];
}

const kGetResponse = 'C0';

// A reset: its answer is an ATR, which has no status word.
function resetLine(apdu) {
  return h('details', { class: 'apdu' },
    h('summary', {},
      h('time', {}, (apdu.at_ms / 1000).toFixed(1)),
      h('span', { class: 'apdu-name' }, apdu.name),
      h('span', { class: `sw ${apdu.response ? 'good' : 'bad'}` }, apdu.response ? 'ATR' : t('noAnswer'))),
    h('div', { class: 'explained' }, h('h3', {}, 'ATR'), h('code', { class: 'raw' }, spaced(apdu.response))));
}

// `asked`: the instruction whose answer this is, which GET RESPONSE may only fetch.
function line(apdu, asked) {
  const sw = apdu.response.slice(-4);
  const meaning = statusWord(sw, language());
  return h('details', { class: 'apdu' },
    h('summary', {},
      h('time', {}, (apdu.at_ms / 1000).toFixed(1)),
      h('span', { class: 'apdu-name' }, apdu.name),
      h('span', { class: `sw ${isGood(sw) ? 'good' : 'bad'}` }, sw || t('noAnswer'))),
    h('div', { class: 'explained' },
      h('h3', {}, t('command')),
      h('code', { class: 'raw' }, spaced(apdu.command)),
      h('h3', {}, t('answer')),
      ...explainData(asked, apdu.response.slice(0, -4)),
      h('p', { class: 'meaning' }, h('span', { class: `sw ${isGood(sw) ? 'good' : 'bad'}` }, sw || '—'), ' ', sw ? meaning : t('noAnswer'))));
}

export function createLog() {
  const list = by('log');
  let apdus = [];
  let asked = '';

  const emptyOrNot = () => { by('log-empty').hidden = apdus.length > 0; };
  const add = (apdu) => {
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 40;
    apdus.push(apdu);
    const instruction = apdu.command.slice(2, 4);
    if (instruction !== kGetResponse) asked = instruction;
    list.append(apdu.command.length < 8 ? resetLine(apdu) : line(apdu, asked));
    if (apdus.length > kMost) {
      apdus.shift();
      list.firstElementChild.remove();
    }
    if (atEnd) list.scrollTop = list.scrollHeight;
    emptyOrNot();
  };
  const rewrite = (all) => {
    apdus = [];
    asked = '';
    list.replaceChildren();
    all.forEach(add);
    emptyOrNot();
  };
  const same = (one, other) => one.at_ms === other.at_ms && one.command === other.command && one.response === other.response;
  return {
    add,
    // What is there already stays as it is: a line that was opened stays open.
    replace(all) {
      const wanted = all.slice(-kMost);
      const begins = apdus.length <= wanted.length && apdus.every((each, at) => same(each, wanted[at]));
      if (begins) wanted.slice(apdus.length).forEach(add);
      else rewrite(wanted);
    },
    translate() {
      const opened = [...list.children].map((each) => each.open);
      const { scrollTop } = list;
      rewrite(apdus);
      [...list.children].forEach((each, at) => { each.open = opened[at]; });
      list.scrollTop = scrollTop;
    },
  };
}
