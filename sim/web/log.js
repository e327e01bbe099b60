// The dialogue of reader and card, by transaction: a line for each command with all that its answer took (GET RESPONSE and
// 6Cxx are part of it), which opens to what its bytes mean; and at the end how the answer became the digits of a code.
import { by, h } from './dom.js';
import { createDigits } from './digits.js';
import { applicationName, counterIn, dataOf, format1, parseTlv, printable, spaced, statusWord, tagName, verdict } from './emv.js';
import { language, t } from './text.js';

const kMost = 400;  // exchanges with the card; older ones go

const kSelect = 'A4', kGetResponse = 'C0', kGenerateAc = 'AE';
const kLater = ['A8', 'AE', '20'];  // after one of these a SELECT begins another transaction

const instructionOf = (command) => command.slice(2, 4);
const isReset = (apdu) => apdu.command.length < 8;

// ---- what the bytes mean

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

// ---- one line: a command, whole

function createLine(first) {
  const pieces = [first];
  const reset = isReset(first);
  const instruction = reset ? '' : instructionOf(first.command);
  let data = reset ? first.response : first.response.slice(0, -4);
  let sw = reset ? '' : first.response.slice(-4);

  const name = h('span', { class: 'apdu-name' });
  const chip = h('span', { class: 'sw' });
  const bytes = h('code', { class: 'bytes' });
  const body = h('div', { class: 'explained' });
  const element = h('details', { class: 'apdu', ontoggle: () => { if (element.open) explain(); } },
    h('summary', {}, h('time', {}, (first.at_ms / 1000).toFixed(1)), name, chip, bytes), body);

  const judged = () => {
    if (reset) return first.response ? 'good' : 'bad';
    return sw ? verdict(instruction, sw) : 'bad';
  };
  const title = () => (instruction === kSelect ? `${first.name} ${applicationName(dataOf(first.command), data)}` : first.name);
  const chipText = () => (reset && first.response ? 'ATR' : sw || t('noAnswer'));
  const asSent = (apdu) => `> ${spaced(apdu.command)}\n< ${apdu.response ? spaced(apdu.response) : t('noAnswer')}`;

  function explain() {
    if (reset) {
      body.replaceChildren(h('h3', {}, 'ATR'), h('code', { class: 'raw' }, spaced(first.response)));
      return;
    }
    body.replaceChildren(
      h('h3', {}, t('command')), h('code', { class: 'raw' }, spaced(first.command)),
      h('h3', {}, t('answer')), ...explainData(instruction, data),
      h('p', { class: 'meaning' }, h('span', { class: `sw ${judged()}` }, sw || '—'), ' ', sw ? statusWord(sw, language()) : t('noAnswer')),
      ...(pieces.length > 1 ? [h('h3', {}, t('inPieces', { count: pieces.length })), h('code', { class: 'raw pieces' }, pieces.map(asSent).join('\n'))] : []));
  }
  const draw = () => {
    name.textContent = title();
    chip.textContent = chipText();
    chip.className = `sw ${judged()}`;
    chip.title = sw ? statusWord(sw, language()) : '';
    bytes.textContent = reset ? spaced(first.response) : asSent({ command: first.command, response: data + sw });
    if (element.open) explain();
  };
  draw();

  return {
    element, pieces, reset, instruction,
    aid: () => (instruction === kSelect && sw === '9000' ? dataOf(first.command) : ''),
    answer: () => data,
    isBad: () => judged() === 'bad',
    title,
    why: () => (sw ? `${sw} ${statusWord(sw, language())}` : t('noAnswer')),
    // What T=0 makes of one command: EMV 4.3 Book 1, 9.3.1.1.
    takes(apdu) {
      if (reset || isReset(apdu)) return false;
      const fetches = sw.startsWith('61') && instructionOf(apdu.command) === kGetResponse;
      const repeats = sw.startsWith('6C') && apdu.command.slice(0, 8) === first.command.slice(0, 8);
      return fetches || repeats;
    },
    take(apdu) {
      pieces.push(apdu);
      data = sw.startsWith('6C') ? apdu.response.slice(0, -4) : data + apdu.response.slice(0, -4);
      sw = apdu.response.slice(-4);
      draw();
    },
    text: () => [title(), sw, statusWord(sw, language()), chip.textContent, first.command, data, spaced(first.command), spaced(data),
      ...(data.includes('*') ? [] : (data.match(/../g) ?? []).length > 0 ? namesIn(parseTlv(data)) : [])].join(' ').toLowerCase(),
    draw,
  };
}

const namesIn = (nodes) => (nodes ?? []).flatMap((each) => [each.tag, tagName(each.tag, language()), printable(each.value), ...namesIn(each.children)]);

// ---- one transaction

function createTransaction(number) {
  const lines = [];
  const name = h('span', { class: 'transaction-name' });
  const result = h('span', { class: 'transaction-result' });
  const list = h('div', {});
  const digits = createDigits();
  const element = h('details', { class: 'transaction', open: true }, h('summary', {}, name, result), list, digits.element);

  const draw = () => {
    const selected = lines.findLast((each) => each.aid() !== '');
    const counted = lines.find((each) => each.instruction === kGenerateAc && each.answer() !== '');
    const counter = counted ? counterIn(counted.answer()) : '';
    name.textContent = [`${number}`, selected ? selected.title().replace(/^SELECT /, '') : t('noApplication'), counter && `ATC ${counter}`]
      .filter(Boolean).join(' · ');
    const last = lines.at(-1);
    result.textContent = digits.code() || (last?.isBad() ? last.why() : '');
    result.classList.toggle('bad', digits.code() === '' && Boolean(last?.isBad()));
  };

  return {
    element, lines,
    isOver: (apdu) => (isReset(apdu) ? lines.some((each) => !each.reset)
      : instructionOf(apdu.command) === kSelect && lines.some((each) => kLater.includes(each.instruction))),
    add(apdu) {
      const last = lines.at(-1);
      if (last?.takes(apdu)) {
        last.take(apdu);
      } else {
        const line = createLine(apdu);
        lines.push(line);
        list.append(line.element);
      }
      draw();
    },
    forget() {
      const line = lines.shift();
      line.element.remove();
      return line.pieces.length;
    },
    has: (revision) => lines.length > 0 && (lines[0].pieces[0].revision ?? 0) <= revision,
    explain(code) {
      digits.show(code);
      draw();
    },
    find(words) {
      const own = name.textContent.toLowerCase();
      let any = false;
      for (const line of lines) {
        const fits = words.every((each) => own.includes(each) || line.text().includes(each));
        line.element.hidden = !fits;
        any ||= fits;
      }
      element.hidden = !any;
      return any;
    },
    translate() {
      for (const each of lines) each.draw();
      digits.translate();
      draw();
    },
  };
}

// ---- all of them

// `copyText(text)` puts it into the clipboard, and says where that fails; `transcript()` fetches the log as a text.
export function createLog({ copyText, transcript }) {
  const list = by('log');
  const field = by('log-find');
  let transactions = [];
  let apdus = [];
  let codes = [];
  let number = 0;

  const words = () => field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const search = () => {
    const wanted = words();
    const found = transactions.map((each) => each.find(wanted));
    by('log-none').hidden = apdus.length === 0 || found.includes(true);
  };
  const emptyOrNot = () => { by('log-empty').hidden = apdus.length > 0; };

  const add = (apdu) => {
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 40;
    apdus.push(apdu);
    if (transactions.length === 0 || transactions.at(-1).isOver(apdu)) {
      const one = createTransaction(++number);
      transactions.push(one);
      list.append(one.element);
    }
    transactions.at(-1).add(apdu);
    while (apdus.length > kMost) {
      apdus.splice(0, transactions[0].forget());
      if (transactions[0].lines.length === 0) transactions.shift().element.remove();
    }
    if (words().length > 0) search();
    if (atEnd) list.scrollTop = list.scrollHeight;
    emptyOrNot();
  };
  const explain = () => {
    for (const code of codes) transactions.findLast((each) => each.has(code.revision))?.explain(code);
  };
  const rewrite = (all) => {
    apdus = [];
    transactions = [];
    number = 0;
    list.replaceChildren();
    all.forEach(add);
    emptyOrNot();
  };
  const same = (one, other) => one.at_ms === other.at_ms && one.command === other.command && one.response === other.response;

  const copied = (done) => {
    by('log-copy').textContent = t(done ? 'copied' : 'copyLog');
    by('log-copy').classList.toggle('done', done);
  };
  const toggleBytes = () => {
    const on = list.classList.toggle('with-bytes');
    by('log-bytes').setAttribute('aria-pressed', on);
  };
  field.addEventListener('input', search);
  by('log-bytes').addEventListener('click', toggleBytes);
  by('log-copy').addEventListener('click', async () => {
    const text = await transcript();
    if (text) copied(await copyText(text));
  });
  by('log-copy').addEventListener('blur', () => copied(false));

  return {
    add,
    // What is there already stays as it is: a line that was opened stays open.
    replace(all) {
      const wanted = all.slice(-kMost);
      const begins = apdus.length <= wanted.length && apdus.every((each, at) => same(each, wanted[at]));
      if (begins) wanted.slice(apdus.length).forEach(add);
      else rewrite(wanted);
      if (wanted.length === 0) codes = [];
    },
    // `all`: of GET /v1/readers/{id}/codes.
    explain(all) {
      const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 40;
      codes = all;
      explain();
      if (atEnd) list.scrollTop = list.scrollHeight;
    },
    translate() {
      for (const each of transactions) each.translate();
      copied(false);
      search();
    },
    toggleBytes,
    find: () => field.focus(),
  };
}
