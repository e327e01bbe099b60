// The shortcuts, behind the question mark.
import { by, h } from './dom.js';
import { kFunctionLetters } from './keyboard.js';
import { t } from './text.js';

const kbd = (key) => h('kbd', {}, key);
const apart = (keys) => keys.flatMap((each, at) => (at > 0 ? [' ', kbd(each)] : [kbd(each)]));

// `functions`: of the reader in front, or none.
function rows(functions) {
  const letters = functions.map((name, at) => [[kFunctionLetters[at], `F${at + 1}`], name]);
  return [
    [['0', '…', '9', '.'], t('keysDigits')], [['↵'], 'OK'], [['c', '⌫'], t('keysClear')], [['C'], t('keysHold')],
    ...letters,
    [['i'], t('keysInsert')], [['e'], t('keysPull')], [['m'], t('cards')], [['p'], t('models')], [['↑', '↓', '↵'], t('keysList')],
    [['t'], t('keysClock')], [['+'], t('keysSecond')], [['>'], t('keysDark')], [['n'], t('next')],
    [['x'], t('bytes')], [['/'], t('keysFind')], [['s'], t('asCode')], [['o'], t('overview')], [['?'], t('help')],
  ];
}

export function createHelp(functions) {
  const dialog = by('help');
  const open = () => {
    by('shortcuts').replaceChildren(...rows(functions()).map(([keys, words]) => h('div', {}, h('dt', {}, ...apart(keys)), h('dd', {}, words))));
    if (!dialog.open) dialog.showModal();
  };
  by('to-help').addEventListener('click', open);
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== '?') return;
    event.preventDefault();
    event.stopPropagation();
    dialog.close();
  });
  return { open };
}
