import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      '.data/',
      'coverage/',
      'src/metadata.ts',
      '**/*.mjs',
      '**/*.cjs',
      'test/torture/mutants/**',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-imports': [
        'error',
        {
          name: 'class-validator',
          importNames: ['Length', 'MaxLength', 'MinLength'],
          message: 'They do not count as Postgres does: use common/lengths.',
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'URL', property: 'canParse', message: 'Node 20 forgets letters beyond ASCII: use urlOf.' },
      ],
    },
  },
  {
    files: ['test/**', '**/*.spec.ts'],
    // Tests read answers as they come, without declaring their types.
    rules: {
      ...Object.fromEntries(
        ['assignment', 'member-access', 'call', 'return', 'argument'].map((what) => [
          `@typescript-eslint/no-unsafe-${what}`,
          'off',
        ]),
      ),
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      'max-lines-per-function': 'off',
      'no-console': 'off',
    },
  },
  { files: ['bench/**', 'simulator/**'], rules: { 'no-console': 'off' } },
  // Only src/ writes what its rules let through into columns that count.
  { files: ['bench/**', 'test/**'], rules: { 'no-restricted-imports': 'off' } },
);
