// What can be broken on purpose: a switch each, with what it needs to know.
import { by, h } from './dom.js';
import { t } from './text.js';

const at = (value) => ({ name: 'at', value, number: true });
const hex = (name, value) => ({ name, value, pattern: `[0-9A-Fa-f]{${value.length}}` });

const kFaults = [
  { kind: 'mute', fields: [at(0)] },
  { kind: 'slow', fields: [{ name: 'ms', value: 3000, number: true }] },
  { kind: 'removed', fields: [at(3)] },
  { kind: 'status_word', fields: [hex('ins', 'AE'), hex('sw', '6985')] },
  { kind: 'corrupted', fields: [at(1)] },
  { kind: 'bad_atr', fields: [] },
  { kind: 'low_battery', fields: [] },
  { kind: 'dead_battery', fields: [at(4)] },
  { kind: 'stuck_key', fields: [{ name: 'key', value: '5' }] },
];

function field({ name, value, number, pattern }, kind, changed) {
  const label = t(name);
  const input = h('input', {
    name, value, 'aria-label': `${t(`fault_${kind}`)}: ${label}`, required: true, onchange: changed,
    ...(number ? { type: 'number', min: 0, max: 600000 } : { pattern, maxlength: pattern ? value.length : 10, spellcheck: 'false' }),
  });
  return h('label', { class: `field field-${name}` }, label, ' ', input);
}

export function createFaults({ setFaults }) {
  const root = by('faults');
  let shown = [];

  const read = (row) => {
    const fault = { kind: row.dataset.kind };
    for (const input of row.querySelectorAll('.field input')) {
      fault[input.name] = input.type === 'number' ? Number(input.value) : input.name === 'key' ? input.value : input.value.toUpperCase();
    }
    return fault;
  };
  const active = () => [...root.children].filter((row) => row.querySelector('[role=switch]').checked);
  const send = () => {
    const rows = active();
    if (rows.some((row) => [...row.querySelectorAll('input')].some((input) => !input.reportValidity()))) return;
    setFaults(rows.map(read));
  };

  const draw = () => root.replaceChildren(...kFaults.map(({ kind, fields }) => {
    const given = shown.find((each) => each.kind === kind);
    const toggle = h('input', { type: 'checkbox', role: 'switch', checked: given !== undefined, onchange: send });
    const changed = () => { if (toggle.checked) send(); };
    return h('li', { 'data-kind': kind, class: given ? 'on' : '' },
      h('label', { class: 'switch' }, toggle, h('span', { class: 'track', 'aria-hidden': 'true' }), t(`fault_${kind}`)),
      ...fields.map((each) => field({ ...each, value: given?.[each.name] ?? each.value }, kind, changed)));
  }));
  draw();

  return {
    show(reader) {
      if (JSON.stringify(reader.faults) === JSON.stringify(shown)) return;
      shown = reader.faults;
      for (const row of root.children) {
        const given = shown.find((each) => each.kind === row.dataset.kind);
        row.classList.toggle('on', given !== undefined);
        row.querySelector('[role=switch]').checked = given !== undefined;
        for (const input of row.querySelectorAll('.field input')) {
          if (given?.[input.name] !== undefined && input !== document.activeElement) input.value = given[input.name];
        }
      }
    },
    translate: draw,
  };
}
