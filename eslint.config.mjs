import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Typed rules for all TypeScript. */
export default tseslint.config(
  {
    ignores: [
      'web/*.mjs',
      'web/public/',
      '**/node_modules/',
      '**/dist/',
      '**/.angular/',
      '.data/',
      'docs/',
      'workflows/histories/',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, ...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          './tsconfig.json',
          './workflows/tsconfig.json',
          './workflows/tsconfig.test.json',
          './web/tsconfig.app.json',
          './web/tsconfig.test.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Enums of Temporal's protocol cannot be imported at run time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // Removes assertions that Mongoose's types need.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Recurses without end over Mongoose's types (typescript-eslint 8.73).
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A handler that answers and ends is clearer in one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'no-console': 'error',
    },
  },
  {
    files: ['workflows/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\.|@leadline/contract/|@temporalio/(workflow|common)$)',
              message: 'Workflow code is deterministic: contract, @temporalio/workflow and @temporalio/common only.',
            },
          ],
        },
      ],
    },
  },
  // Programs that speak to a person in a terminal, or fail before there is a log.
  {
    files: [
      'tests/run.ts',
      'tests/checkCompose.ts',
      'tests/simulation/main.ts',
      'tests/engine/recordHistories.ts',
      'bench/**',
      'temporal/{start,setup,mongoFast}.ts',
      '*/main.ts',
      'web/src/main.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    // Answers over HTTP are read as they come in tests: a wrong one fails the test anyway.
    files: ['**/*.test.ts', '**/test*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
    },
  },
  prettier,
);
