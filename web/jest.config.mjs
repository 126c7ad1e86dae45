import presets from 'jest-preset-angular/presets/index.js';

/** Stores and pure functions of the web app, in jsdom. */
export default {
  ...presets.createCjsPreset({ tsconfig: '<rootDir>/tsconfig.test.json' }),
  displayName: 'web',
  rootDir: import.meta.dirname,
  // The compiler turns the relative `.ts` into `.js`; here they are still TypeScript.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['<rootDir>/src/**/*.test.ts'],
  setupFilesAfterEnv: ['<rootDir>/src/testing/setup.ts'],
};
