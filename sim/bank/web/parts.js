// Pieces that several views show.
import { h, svg } from './dom.js';
import { hashOf } from './router.js';
import { T } from './text.js';

export const link = (path, text, attributes = {}) => h('a', { href: hashOf(path), ...attributes }, text);
export const panel = (heading, ...content) => h('section', { class: 'panel' }, heading ? h('h2', {}, heading) : null, content);
export const note = (...content) => h('div', { class: 'note' }, content);

// Whose page this is: the simulator's own sign, and no bank's.
export const brand = (href, name) => h('a', { class: 'brand', href },
  h('img', { src: 'assets/icon.svg', alt: '', width: 28, height: 28 }), h('span', {}, name),
  h('span', { class: 'visually-hidden' }, T('brandHome')));

// « Information Sécurité » of the login page.
export const securityBox = () => h('aside', { class: 'security', 'aria-label': T('securityTitle') },
  h('h2', {}, T('securityTitle')),
  h('p', {}, T('securityWatch')),
  h('p', {}, h('strong', {}, T('securityNever'))),
  h('p', {}, link('security', T('moreInformation'))));

// A row a line; `columns`: [{ name, label, cell(row), number }]. On a narrow screen each row becomes a card.
export function table({ caption, columns, rows, empty }) {
  if (rows.length === 0) return h('p', { class: 'empty' }, empty);
  return h('div', { class: 'table' }, h('table', {},
    h('caption', { class: 'visually-hidden' }, caption),
    h('thead', {}, h('tr', {}, columns.map((each) => h('th', { scope: 'col', class: each.number ? 'number' : null },
      each.label)))),
    h('tbody', {}, rows.map((row) => h('tr', {}, columns.map((each, index) => h(index === 0 ? 'th' : 'td', {
      scope: index === 0 ? 'row' : null, class: each.number ? 'number' : null, 'data-column': each.name,
    }, h('span', { class: 'column', 'aria-hidden': 'true' }, each.label), h('span', { class: 'cell' }, each.cell(row)))))))));
}

// The reader as it lies on the table: its own drawing, of no real brand.
export const readerPicture = () => svg('svg', { viewBox: '0 0 120 200', class: 'reader-picture', 'aria-hidden': 'true',
  focusable: 'false' },
  svg('rect', { class: 'p-card', x: 34, y: 4, width: 52, height: 60, rx: 6 }),
  svg('rect', { class: 'p-chip', x: 52, y: 32, width: 16, height: 13, rx: 2.5 }),
  svg('rect', { class: 'p-body', x: 18, y: 46, width: 84, height: 150, rx: 15 }),
  svg('rect', { class: 'p-slot', x: 31, y: 50, width: 58, height: 3, rx: 1.5 }),
  svg('rect', { class: 'p-glass', x: 26, y: 60, width: 68, height: 36, rx: 7 }),
  svg('rect', { class: 'p-lcd', x: 31, y: 65, width: 58, height: 26, rx: 4 }),
  svg('text', { class: 'p-digits', x: 60, y: 83, 'text-anchor': 'middle' }, '0000 0000'),
  svg('rect', { class: 'p-function', x: 38, y: 103, width: 44, height: 13, rx: 6.5 }),
  svg('text', { class: 'p-code', x: 60, y: 112.5, 'text-anchor': 'middle' }, 'CODE'),
  [123, 141, 159, 177].flatMap((y, row) => [28, 50.5, 73].map((x, column) => svg('rect', {
    class: row === 3 && column === 0 ? 'p-clear' : row === 3 && column === 2 ? 'p-ok' : 'p-key', x, y, width: 19, height: 12,
      rx: 6,
  }))));

export const silhouette = () => svg('svg', { viewBox: '0 0 24 24', class: 'silhouette', 'aria-hidden': 'true',
  focusable: 'false' },
  svg('circle', { cx: 12, cy: 8, r: 4.4 }), svg('path', { d: 'M3.5 21c.6-4.8 4-7.5 8.5-7.5s7.9 2.7 8.5 7.5z' }));
