// For Cypress, the half that runs in Node: in cypress.config.js, setupNodeEvents(on) { sesameTasks(on); }. The other half,
// the commands, is cypress-commands.js.
import { Simulator } from './index.js';

/** @param on Cypress's; @param options of Simulator.launch, or { url, token } of one that runs (SESAME_URL, SESAME_TOKEN) */
export function sesameTasks(on, { url = process.env.SESAME_URL, token, ...launch } = {}) {
  let started;
  const simulator = () => {
    started ??= url ? Promise.resolve(new Simulator(url, token)) : Simulator.launch(launch);
    return started;
  };
  on('task', {
    // Resolves to JSON, which crosses to the browser.
    async 'sesame:create'(options) { return (await (await simulator()).createReader(options)).id; },
    async 'sesame:do'({ reader, action, args }) {
      const made = await (await simulator()).reader(reader)[action](...args.map(revived));
      return made ?? null;
    },
  });
  on('after:run', async () => {
    await (await started)?.stop();
    started = undefined;
  });
}

// A pattern crosses as { source, flags }.
const revived = (value) => (typeof value?.source === 'string' ? new RegExp(value.source, value.flags) : value);
