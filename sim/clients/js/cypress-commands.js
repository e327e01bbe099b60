// For Cypress, the half that runs in the browser: in cypress/support/e2e.js, registerSesame(Cypress, cy). Nothing here needs
// Node; what is asked is done by the tasks of cypress.js.

/** Adds the commands. A reader is that of the test: the last that cy.createReader() made. */
export function registerSesame(Cypress, cy) {
  let reader;
  const ask = (action, ...args) => {
    if (reader === undefined) throw new Error('there is no reader yet: cy.createReader() makes one');
    return cy.task('sesame:do', { reader, action, args: args.map(plain) }, { log: false });
  };
  const commands = {
    createReader: (options = { card: 'sesame-card' }) =>
      cy.task('sesame:create', options, { log: false }).then((id) => { reader = id; }),
    readerCode: (order) => ask('code', order),
    pressKeys: (...keys) => ask('press', ...keys),
    typeDigits: (digits) => ask('type', digits),
    readerShows: (pattern, { timeout = 5_000 } = {}) => ask('waitForScreen', pattern, { timeout }),
    advanceReader: (time) => ask('advance', time),
    insertCard: (card) => ask('insert', card),
    pullCard: () => ask('pull'),
    breakReader: (...faults) => ask('faults', ...faults),
  };
  for (const [name, run] of Object.entries(commands)) Cypress.Commands.add(name, run);
}

const plain = (value) => (value instanceof RegExp ? { source: value.source, flags: value.flags } : value);
