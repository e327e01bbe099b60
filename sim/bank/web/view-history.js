// « Historique des opérations »: every sensitive step, by which its owner sees what somebody else has done.
import { call } from './api.js';
import { h } from './dom.js';
import { moment } from './format.js';
import { note, table } from './parts.js';
import { fieldName, valueOf } from './steps.js';
import { T } from './text.js';

const kOperation = 'operation';  // its id, which says nothing to people

const pairsOf = ({ detail }) => Object.entries(detail ?? {}).filter(([name]) => name !== kOperation).map(([name, value]) => h(
  'span', { class: 'pair' }, fieldName('field', name), ' ', h('b', {}, valueOf(name, value))));

export async function history() {
  const { events } = await call('GET', 'api/history');
  return {
    title: T('historyTitle'),
    content: [
      h('p', { class: 'lead' }, T('historyLead')),
      table({
        caption: T('historyTitle'), rows: events, empty: T('noEvents'),
        columns: [
          { name: 'at', label: T('date'), cell: (row) => () => moment(row.at_ms) },
          { name: 'event', label: T('what'), cell: (row) => h('span', { 'data-event': row.event },
            fieldName('event', row.event)) },
          { name: 'method', label: T('byWhat'), cell: (row) => (row.method ? fieldName('method', row.method) : '') },
          { name: 'detail', label: T('detail'), cell: pairsOf },
        ],
      }),
      note(h('h2', {}, T('fraudTitle')), h('p', {}, T('fraudText'))),
    ],
  };
}
