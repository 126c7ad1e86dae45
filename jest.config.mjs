import { existsSync } from 'node:fs';

/** TypeScript is compiled by swc to CommonJS; `.ts` specifiers and workspace packages resolve as they stand. */
const node = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.m?[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } },
    ],
  },
  extensionsToTreatAsEsm: [],
  // A package that has no CommonJS of its own.
  transformIgnorePatterns: ['/node_modules/(?!cockatiel/)'],
};
const folders = [
  'contract',
  'workflows',
  'activities',
  'channels',
  'store',
  'api',
  'temporal',
  'simulators',
  'tests',
  'bench',
];
const below = (pattern) => folders.map((folder) => `<rootDir>/${folder}/**/${pattern}`);
const special = ['\\.server\\.test\\.ts$', '\\.browser\\.test\\.ts$', '\\.system\\.test\\.ts$'];

export default {
  reporters: ['default', '<rootDir>/tests/countReporter.cjs'],
  projects: [
    /** Pure or with fakes: no server of its own. */
    {
      ...node,
      displayName: 'core',
      testMatch: below('*.test.ts'),
      testPathIgnorePatterns: ['/node_modules/', ...special],
    },
    /** With real servers: Temporal, MongoDB, the simulators. */
    { ...node, displayName: 'servers', testMatch: below('*.server.test.ts') },
    /** The whole product, and faults in it. */
    { ...node, displayName: 'system', testMatch: below('*.system.test.ts') },
    /** What a person does, in Chromium. */
    { ...node, displayName: 'browser', testMatch: below('*.browser.test.ts') },
    ...(existsSync(new URL('web/jest.config.mjs', import.meta.url)) ? ['<rootDir>/web/jest.config.mjs'] : []),
  ],
};
