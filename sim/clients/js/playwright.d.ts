import type { TestType } from '@playwright/test';

import type {
  Bank, Customer, CustomerReader, CustomerReaderOptions, LaunchOptions, Reader, ReaderOptions, Simulator, Tenant, TenantOptions,
} from './index.js';

/** How a server is started, or where one runs; default: at SESAME_URL (a bank: SESAME_BANK_URL), or started. */
export type ServerOptions = LaunchOptions | { url: string; token?: string | null };

/** What a matcher is called with. */
interface MatcherState {
  isNot?: boolean;
  timeout?: number;
}

/** For `expect.extend`: await expect(reader).toShow(/Code bon/); await expect(reader).not.toShow('Code'). */
export const matchers: {
  toShow(
    this: MatcherState,
    reader: Reader,
    expected: string | RegExp,
    options?: { timeout?: number },
  ): Promise<{ pass: boolean; name: string; expected: string | RegExp; actual: string; message: () => string }>;
};

export interface SesameFixtures {
  readerOptions: ReaderOptions;
  reader: Reader;
}
export interface SesameWorkerFixtures {
  sesame: Simulator;
}

/** Give it the `test` of @playwright/test; what comes back has `reader`, `sesame` and the option `readerOptions`. */
export function withSesame<T extends {}, W extends {}>(
  test: TestType<T, W>,
  options?: ServerOptions,
): TestType<T & SesameFixtures, W & SesameWorkerFixtures>;

export interface BankFixtures {
  readerOptions: CustomerReaderOptions;
  bankOptions: TenantOptions;
  bank: Tenant;
  customer: Customer;
  reader: CustomerReader;
}
export interface BankWorkerFixtures {
  sesame: Simulator;
  sesameBank: Bank;
}

/** As withSesame(), with a `bank` of the test's own, a `customer` of it, and a `reader` with that customer's card. */
export function withBank<T extends {}, W extends {}>(
  test: TestType<T, W>,
  options?: { simulator?: ServerOptions; bank?: ServerOptions },
): TestType<T & BankFixtures, W & BankWorkerFixtures>;
