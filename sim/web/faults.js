// What can be broken on purpose: a switch each, with what it needs to know. Which faults there are, what their fields may
// be, and what stands there before a user writes, says GET /v1/faults.
import { by, h } from './dom.js';
import { t } from './text.js';

// "^[0-9A-Fa-f]{4}$" → 4
const hexDigits = (pattern) => /\{(\d+)\}/.exec(pattern)?.[1];

function limitsOf(rule) {
  if (rule.type === 'integer') return { type: 'number', min: rule.minimum, max: rule.maximum };
  return { pattern: rule.pattern, maxlength: hexDigits(rule.pattern) ?? rule.maxLength, spellcheck: 'false' };
}

const isNumber = (input) => input.type === 'number';
const valueOf = (input) => (isNumber(input) ? Number(input.value) : input.pattern ? input.value.toUpperCase() : input.value);

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

  const inputsOf = (row) => [...row.querySelectorAll('.field input')];
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
    const fault = Object.fromEntries(inputsOf(row).map((input) => [input.name, valueOf(input)]));
    return change((faults) => replaced(faults, { kind, ...fault }));
  };

  // As it is at the reader. What was written beside a switch that is off stays there, and what is written just now.
  const settle = (row, writing = null) => {
    const given = first(row.dataset.kind);
    row.classList.toggle('on', given !== undefined);
    switchOf(row).checked = given !== undefined;
    for (const input of inputsOf(row)) {
      if (given?.[input.name] === undefined || input === writing) continue;
      input.value = given[input.name];
      input.removeAttribute('aria-invalid');
    }
  };

  const field = (row, { kind, suggested }, [name, rule]) => {
    const label = t(name);
    const input = h('input', {
      ...limitsOf(rule), name, value: suggested[name], required: true,
      'aria-label': `${t(`fault_${kind}`)}: ${label}`,
      oninput: () => input.removeAttribute('aria-invalid'),
      onchange: () => { if (switchOf(row).checked) apply(row); },
    });
    return h('label', { class: `field field-${name}` }, label, ' ', input);
  };
  const makeRow = (shape) => {
    const { kind, fields } = shape;
    const row = h('li', { 'data-kind': kind });
    const toggle = h('input', { type: 'checkbox', role: 'switch', onchange: () => apply(row) });
    row.append(h('label', { class: 'switch' }, toggle, h('span', { class: 'track', 'aria-hidden': 'true' }), t(`fault_${kind}`)),
      ...Object.entries(fields).map((each) => field(row, shape, each)));
    return row;
  };
  const make = () => {
    root.replaceChildren(...kinds.map(makeRow));
    settleAll();
  };
  const settleAll = (writing) => { for (const row of root.children) settle(row, writing); };

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
      const written = [...root.querySelectorAll('.field input')].map((input) => input.value);
      make();
      root.querySelectorAll('.field input').forEach((input, at) => { input.value = written[at]; });
    },
  };
}
