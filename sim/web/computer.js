// The computer at the cable of a reader that signs what it shows: its text, its commands, and what it was told.
import { by, say } from './dom.js';
import { t } from './text.js';

const withText = (command) => ['show', 'sign'].includes(command);

// `send` is called with {command} or {command, text}.
export function createComputer({ send }) {
  const root = by('computer');
  const text = by('computer-text');

  for (const button of root.querySelectorAll('[data-command]')) {
    button.addEventListener('click', () => {
      const { command } = button.dataset;
      send(withText(command) ? { command, text: text.value } : { command });
    });
  }
  return {
    // `schema`: of its commands, from openapi.json.
    describe({ properties }) { text.maxLength = properties.text.maxLength; },
    show({ computer }) {
      root.hidden = computer === null;
      if (!computer) return;
      const { answer, code } = computer;
      say(by('computer-told'), answer ? `${t(`told_${answer}`)}${code ? ` ${code}` : ''}` : '');
    },
  };
}
