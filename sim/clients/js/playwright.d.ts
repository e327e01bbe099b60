import type { TestType } from '@playwright/test';

import type { LaunchOptions, Reader, ReaderOptions, Simulator } from './index.js';

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
  options?: LaunchOptions | { url: string; token?: string | null },
): TestType<T & SesameFixtures, W & SesameWorkerFixtures>;
