import type { Card, Fault, Key, OtpRequest, ReaderOptions, ReaderState, Screen } from './index.js';

/** Give it the globals `Cypress` and `cy`. */
export function registerSesame(
  Cypress: { Commands: { add(name: any, run: (...args: any[]) => any): void } },
  cy: { task(name: string, arg?: unknown, options?: { log?: boolean }): any },
): void;

declare global {
  namespace Cypress {
    // As Cypress declares it.
    interface Chainable<Subject = any> {
      /** A reader of this test, a card in it; what follows is about the last one. */
      createReader(options?: ReaderOptions): Chainable<undefined>;
      /** A code in one call; fails, with the last screen, where there is none. */
      readerCode(order: OtpRequest): Chainable<string>;
      pressKeys(...keys: Key[]): Chainable<ReaderState>;
      typeDigits(digits: string): Chainable<ReaderState>;
      /** Waits until the screen has a match. */
      readerShows(pattern: string | RegExp, options?: { timeout?: number }): Chainable<Screen>;
      advanceReader(time: number | 'next-deadline'): Chainable<ReaderState>;
      insertCard(card: Card): Chainable<ReaderState>;
      pullCard(): Chainable<ReaderState>;
      breakReader(...faults: Fault[]): Chainable<ReaderState>;
    }
  }
}
