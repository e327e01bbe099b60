import type { LaunchOptions } from './index.js';

/** Registers the tasks that the commands of cypress-commands need; `on` is that of setupNodeEvents(on, config). */
export function sesameTasks(
  // As Cypress has it: each event by its name.
  on: (event: any, handler: any) => void,
  options?: LaunchOptions | { url?: string; token?: string | null },
): void;
