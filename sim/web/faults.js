// What can be broken on purpose: a switch each, with what it needs to know, and the common ones at one go. Which faults
// there are, what their fields may be, and what stands there before a user writes, says GET /v1/faults.
import { by, disable, h } from './dom.js';
import { t } from './text.js';

// One fault each, in the place of all others.
const kPresets = {
  pulled_at_pin: { kind: 'removed', at: 0, stage: 'verify' },
  mute_at_ac: { kind: 'mute', at: 0, stage: 'generate_ac' },
  refused_at_ac: { kind: 'status_word', sw: '6985', stage: 'generate_ac' },
  corrupted_ac: { kind: 'corrupted', at: 0, stage: 'generate_ac' },
  pin_blocked: { kind: 'status_word', sw: '6983', stage: 'verify' },
  card_blocked: { kind: 'status_word', sw: '6A81', stage: 'select' },
  wrong_card: { kind: 'status_word', sw: '6A82', stage: 'select' },
  slow_pin: { kind: 'slow', ms: 5000, stage: 'verify' },
  mute_once: { kind: 'mute', at: 0, once: true },
  battery_at_pin: { kind: 'dead_battery', at: 0, stage: 'verify' },
};

// "^[0-9A-Fa-f]{4}$" → 4
const hexDigits = (pattern) => /\{(\d+)\}/.exec(pattern)?.[1];

function limitsOf(rule) {
  if (rule.type === 'integer') return { type: 'number', min: rule.minimum, max: rule.maximum };
  if (rule.type === 'boolean') return { type: 'checkbox' };
  return { pattern: rule.pattern, maxlength: hexDigits(rule.pattern) ?? rule.maxLength, spellcheck: 'false' };
}

const isNumber = (input) => input.type === 'number';
// Nothing: it is not said.
function valueOf(input) {
  if (input.type === 'checkbox') return input.checked || undefined;
  if (isNumber(input)) return Number(input.value);
  return (input.pattern ? input.value.toUpperCase() : input.value) || undefined;
}
function write(input, value) {
  if (input.type === 'checkbox') input.checked = value === true;
  else input.value = value ?? '';
}

function whatItTakes(input) {
  if (isNumber(input)) return t('takesNumber', { least: input.min, most: input.max });
  if (input.pattern) return t('takesHex', { digits: hexDigits(input.pattern) });
  return input.validationMessage;
}

// `change` is called with a function from the faults that are to those that are wanted, `refuse` with what is wrong.
export function createFaults({ change, refuse }) {
  const root = by('faults');
  let kinds = [];  // of GET /v1/faults; `fields`: name → its schema
  let shown = [];  // the faults of the reader
  let told = '';   // …as they were drawn

  const inputsOf = (row) => [...row.querySelectorAll('[name]')];
  const switchOf = (row) => row.querySelector('[role=switch]');
  const first = (kind) => shown.find((each) => each.kind === kind);

  const isValid = (row) => {
    const wrong = inputsOf(row).filter((input) => !input.checkValidity());
    for (const input of wrong) input.setAttribute('aria-invalid', 'true');
    if (wrong.length > 0) refuse(`${wrong[0].getAttribute('aria-label')}: ${whatItTakes(wrong[0])}`);
    return wrong.length === 0;
  };
  // Of its kind the first one: a program may have set others, which stay as they are.
  const replaced = (faults, fault) => {
    const at = faults.findIndex((each) => each.kind === fault.kind);
    return at < 0 ? [...faults, fault] : faults.with(at, fault);
  };
  const apply = (row) => {
    const { kind } = row.dataset;
    if (!switchOf(row).checked) return change((faults) => faults.filter((each) => each.kind !== kind));
    if (!isValid(row)) return settle(row);
    const fault = Object.fromEntries(inputsOf(row).map((input) => [input.name, valueOf(input)]).filter(([, value]) => value !== undefined));
    return change((faults) => replaced(faults, { kind, ...fault }));
  };

  // As it is at the reader. What was written beside a switch that is off stays there, and what is written just now.
  const settle = (row, writing = null) => {
    const given = first(row.dataset.kind);
    row.classList.toggle('on', given !== undefined);
    switchOf(row).checked = given !== undefined;
    for (const input of inputsOf(row)) {
      if (given === undefined || input === writing) continue;
      write(input, given[input.name]);
      input.removeAttribute('aria-invalid');
    }
  };

  // A stage counts its own commands, and needs no instruction.
  const chooseStage = (row, { suggested }, stage) => {
    for (const input of inputsOf(row)) {
      if (input.name === 'at') write(input, stage ? 0 : suggested.at);
      if (input.name === 'ins') write(input, stage ? '' : suggested.ins);
    }
  };
  const field = (row, shape, [name, rule]) => {
    const { kind, suggested, required } = shape;
    const label = t(name);
    const applyIfOn = () => { if (switchOf(row).checked) apply(row); };
    const common = { name, 'aria-label': `${t(`fault_${kind}`)}: ${label}` };
    if (rule.enum) {
      const choice = h('select', { ...common, onchange: () => { chooseStage(row, shape, choice.value); applyIfOn(); } },
        h('option', { value: '' }, t(`stage_any_${kind}`)), ...rule.enum.map((each) => h('option', { value: each }, t('atStage', { stage: t(`stage_${each}`) }))));
      return h('span', { class: `field field-${name}` }, choice);
    }
    const input = h('input', {
      ...limitsOf(rule), ...common, value: suggested[name], required: required.includes(name) || rule.type === 'integer',
      oninput: () => input.removeAttribute('aria-invalid'),
      onchange: applyIfOn,
    });
    const parts = input.type === 'checkbox' ? [input, ' ', label] : [label, ' ', input];
    return h('label', { class: `field field-${name}` }, ...parts);
  };
  const makeRow = (shape) => {
    const { kind, fields } = shape;
    const row = h('li', { 'data-kind': kind });
    const toggle = h('input', { type: 'checkbox', role: 'switch', onchange: () => apply(row) });
    const order = ['stage', 'at', 'ins', 'sw', 'ms', 'key', 'once'];
    const inOrder = Object.entries(fields).sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
    row.append(h('label', { class: 'switch' }, toggle, h('span', { class: 'track', 'aria-hidden': 'true' }), t(`fault_${kind}`)),
      h('span', { class: 'fields' }, ...inOrder.map((each) => field(row, shape, each))));
    return row;
  };
  const presets = by('presets');
  const make = () => {
    root.replaceChildren(...kinds.map(makeRow));
    presets.replaceChildren(h('option', { value: '' }, t('preset')), ...Object.keys(kPresets).map((each) => h('option', { value: each }, t(`preset_${each}`))));
    settleAll();
  };
  const settleAll = (writing) => {
    for (const row of root.children) settle(row, writing);
    disable(by('mend'), shown.length === 0);
  };
  presets.addEventListener('change', () => {
    const wanted = kPresets[presets.value];
    presets.value = '';
    if (wanted) change(() => [wanted]);
  });
  by('mend').addEventListener('click', () => change(() => []));

  return {
    // `shapes`: of GET /v1/faults.
    describe(shapes) {
      kinds = shapes;
      make();
    },
    // `another`: it is not the reader that was shown before, and nothing of that one stays.
    show(reader, another) {
      shown = reader.faults;
      const now = JSON.stringify(shown);
      if (another) make();
      else if (now !== told) settleAll(document.activeElement);
      told = now;
    },
    // After a refusal.
    settle: () => settleAll(),
    translate() {
      const written = [...root.querySelectorAll('[name]')].map((input) => (input.type === 'checkbox' ? input.checked : input.value));
      make();
      root.querySelectorAll('[name]').forEach((input, at) => write(input, written[at]));
    },
  };
}
