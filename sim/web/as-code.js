// What was done on the page as code that does it again: for Playwright, pytest, curl, or as a scenario.
import { by, h } from './dom.js';
import { kSecret, steps } from './recorder.js';
import { t } from './text.js';

const kRealPin = 'PIN';  // where a real card's PIN belongs

const isReal = (text) => text.includes(kSecret);
const trimmed = ({ rows }) => rows.map((row) => row.trimEnd()).join('\n').trimEnd();

// ---- a scenario: sim/scenario/README.md

const toml = (value) => {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (typeof value === 'object') return `{ ${Object.entries(value).map(([key, each]) => `${key} = ${toml(each)}`).join(', ')} }`;
  return JSON.stringify(value);
};
const keysOf = (step) => (step.keys.length === 1 ? step.keys[0] : step.keys);
const next = (atc) => ((Number.parseInt(atc, 16) + 1) & 0xFFFF).toString(16).toUpperCase().padStart(4, '0');
const duration = (ms) => (ms % 1000 === 0 ? ms / 1000 : `${ms}ms`);

const kScenario = {
  insert: ({ card }) => [`{ insert = ${toml(card)} }`],
  pull: () => ['{ pull = true }'],
  press: (step) => [`{ press = ${toml(keysOf(step))} }`],
  pin: ({ text }) => [`{ pin = ${toml(isReal(text) ? kRealPin : text)} }`],
  enter: ({ text }) => [`{ enter = ${toml(text)} }`],
  hold: ({ key }) => [`{ hold = ${toml(key)} }`],
  computer: ({ command, text }) => [`{ computer = ${toml(text === undefined ? command : { [command]: text })} }`],
  advance: ({ ms }) => [`{ advance = ${toml(duration(ms))} }`],
  next: () => ['{ next_deadline = true }'],
  reset: () => ['{ reset = true }'],
  faults: ({ faults }) => ['{ mend = true }', ...faults.map((each) => `{ fault = ${toml(each)} }`)],
  state: ({ patch }) => [...(patch.last_atc ? [`{ next_atc = ${toml(next(patch.last_atc))} }`] : []),
    ...('tries_left' in patch ? [`{ tries_left = ${patch.tries_left} }`] : [])],
};
function scenario(reader, done) {
  const lines = done.flatMap((step) => kScenario[step.do](step));
  const seen = reader.code ? [`{ expect_state = "code" }`, '{ expect_new_code = true }']
    : reader.lit ? [`{ screen = ${toml(trimmed(reader.screen))} }`] : ['{ dark = true }'];
  return ['title = "As clicked"', `profile = ${toml(reader.profile)}`, 'steps = [', ...[...lines, ...seen].map((each) => `  ${each},`), ']', ''].join('\n');
}

// ---- Playwright and pytest: sim/clients

const js = (value) => {
  if (Array.isArray(value)) return `[${value.map(js).join(', ')}]`;
  if (value !== null && typeof value === 'object') return `{ ${Object.entries(value).map(([key, each]) => `${key}: ${js(each)}`).join(', ')} }`;
  return typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'` : String(value);
};
const digits = (text, quote) => [...text, 'OK'].map(quote).join(', ');
const kPlaywright = {
  insert: ({ card }) => `insert(${js(card)})`,
  pull: () => 'pull()',
  press: ({ keys }) => `press(${keys.map(js).join(', ')})`,
  pin: ({ text }) => (isReal(text) ? `press(...process.env.${kRealPin}, 'OK')` : `press(${digits(text, js)})`),
  enter: ({ text }) => `press(${digits(text, js)})`,
  hold: ({ key }) => `hold(${js(key)})`,
  computer: ({ command, text }) => `computer(${(text === undefined ? [command] : [command, text]).map(js).join(', ')})`,
  advance: ({ ms }) => `advance(${ms})`,
  next: () => "advance('next-deadline')",
  reset: () => 'reset()',
  faults: ({ faults }) => `faults(${faults.map(js).join(', ')})`,
  state: ({ patch }) => `setCardState(${js(patch)})`,
};
function playwright(reader, done) {
  const seen = reader.code ? ['const { code } = await reader.get();', 'expect(code).toMatch(/^\\d+$/);']
    : [`expect((await reader.screen()).text).toBe(${js(reader.lit ? trimmed(reader.screen) : '')});`];
  return [
    "import { test as base, expect } from '@playwright/test';", "import { withSesame } from 'sesame-sim/playwright';", '',
    'const test = withSesame(base);', `test.use({ readerOptions: ${js({ profile: reader.profile, clock: reader.clock })} });`, '',
    "test('as clicked', async ({ reader }) => {",
    ...[...done.map((step) => `await reader.${kPlaywright[step.do](step)};`), ...seen].map((each) => `  ${each}`), '});', ''].join('\n');
}

const python = (value) => {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (value !== null && typeof value === 'object') return `{${Object.entries(value).map(([key, each]) => `${python(key)}: ${python(each)}`).join(', ')}}`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
};
const kPytest = {
  ...kPlaywright,
  insert: ({ card }) => `insert(${python(card)})`,
  press: ({ keys }) => `press(${keys.map(python).join(', ')})`,
  pin: ({ text }) => (isReal(text) ? `press(*os.environ["${kRealPin}"], "OK")` : `press(${digits(text, python)})`),
  enter: ({ text }) => `press(${digits(text, python)})`,
  hold: ({ key }) => `hold(${python(key)})`,
  computer: ({ command, text }) => `computer(${(text === undefined ? [command] : [command, text]).map(python).join(', ')})`,
  next: () => 'advance("next-deadline")',
  faults: ({ faults }) => `faults(${faults.map(python).join(', ')})`,
  state: ({ patch }) => `set_card_state(${Object.entries(patch).map(([key, value]) => `${key}=${python(value)}`).join(', ')})`,
};
function pytest(reader, done) {
  const seen = reader.code ? ['assert sesame_reader.get()["code"]']
    : [`assert sesame_reader.screen()["text"] == ${python(reader.lit ? trimmed(reader.screen) : '')}`];
  const calls = done.map((step) => `sesame_reader.${kPytest[step.do](step)}`);
  return [...(calls.some((each) => each.includes('os.environ')) ? ['import os', ''] : []), 'import pytest', '', '',
    `@pytest.mark.sesame_reader(profile=${python(reader.profile)}, card=None, clock=${python(reader.clock)})`,
    'def test_as_clicked(sesame_reader):', ...[...calls, ...seen].map((each) => `    ${each}`), ''].join('\n');
}

// ---- curl

const quoted = (value) => `'${JSON.stringify(value).replaceAll("'", "'\\''")}'`;
const send = (method, rest, body) => `api ${method === 'POST' ? '' : `-X ${method} `}${body === undefined ? '' : `-d ${quoted(body)} `}$reader${rest}`;
// Not among the arguments of a program, which everybody on the machine may see.
const kTypeRealPin = `for key in $(printf %s "$${kRealPin}" | fold -w1) OK; do printf '{"keys":["%s"]}' "$key" | api -d @- $reader/keys; done`;
const pressed = (keys) => send('POST', '/keys', { keys });
const kCurl = {
  insert: ({ card }) => send('PUT', '/card', card),
  pull: () => send('DELETE', '/card'),
  press: ({ keys }) => pressed(keys),
  pin: ({ text }) => (isReal(text) ? kTypeRealPin : pressed([...text, 'OK'])),
  enter: ({ text }) => pressed([...text, 'OK']),
  hold: ({ key }) => pressed([{ hold: key }]),
  computer: ({ command, text }) => send('POST', '/computer', { command, text }),
  advance: ({ ms }) => send('POST', '/clock', { advance_ms: ms }),
  next: () => send('POST', '/clock', { to: 'next-deadline' }),
  reset: () => send('POST', '/reset', {}),
  faults: ({ faults }) => send('PUT', '/faults', { faults }),
  state: ({ patch }) => send('PATCH', '/card/state', patch),
};
function curl(reader, done) {
  return [
    `url=${location.origin}`, 'api() { curl -sSf -o /dev/null "$@"; }', '',
    `reader=$url$(curl -sSf -o /dev/null -D - -d ${quoted({ profile: reader.profile, clock: reader.clock })} $url/v1/readers | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p')`,
    ...done.map((step) => kCurl[step.do](step)),
    "curl -sSf -H 'Accept: text/plain' $reader/screen", 'api -X DELETE $reader', ''].join('\n');
}

// ---- the dialog

const kMakers = { playwright, pytest, curl, scenario };
const kNames = { playwright: 'Playwright', pytest: 'pytest', curl: 'curl', scenario: 'Scenario' };
const kKept = 'sesame.code';

function kept() {
  try {
    return localStorage.getItem(kKept);
  } catch {
    return null;
  }
}

// `look()` gives the reader in front, `recorder` what was done with it.
export function createAsCode({ look, recorder, copyText }) {
  const dialog = by('as-code');
  let chosen = kept() in kMakers ? kept() : 'playwright';

  const draw = () => {
    const reader = look();
    for (const button of by('code-kinds').children) button.setAttribute('aria-pressed', button.dataset.kind === chosen);
    const recorded = reader && recorder.of(reader);
    const done = recorded?.entries.length > 0 ? steps(recorded) : [];
    by('code-none').hidden = done.length > 0;
    by('code-text').hidden = done.length === 0;
    by('code-text').textContent = reader && done.length > 0 ? kMakers[chosen](reader, done) : '';
    by('code-copy').textContent = t('copyLog');
  };
  by('code-kinds').replaceChildren(...Object.entries(kNames).map(([kind, name]) => h('button', {
    type: 'button', 'data-kind': kind,
    onclick: () => {
      chosen = kind;
      try {
        localStorage.setItem(kKept, kind);
      } catch {
        // then it is forgotten with the page
      }
      draw();
    },
  }, name)));
  by('code-copy').addEventListener('click', async () => {
    if (await copyText(by('code-text').textContent)) by('code-copy').textContent = t('copied');
  });
  by('code-forget').addEventListener('click', () => {
    const reader = look();
    if (reader) recorder.forget(reader);
    draw();
  });
  const open = () => {
    draw();
    if (!dialog.open) dialog.showModal();
  };
  by('to-code').addEventListener('click', open);
  return { open };
}
