// Who may import whom (ARCHITECTURE.md): a folder not named in its row may not be imported. Types count too.
const ground = ['common', 'config', 'database'];
const ALLOWED = {
  common: [],
  config: ['common'],
  database: ['config', 'common'],
  auth: ground,
  sites: [...ground, 'auth'],
  health: [...ground, 'auth'],
  events: [...ground, 'auth'],
  throttling: [...ground, 'auth'],
  cinetpay: [...ground, 'sites'],
  payments: [...ground, 'cinetpay', 'sites', 'events', 'auth'],
  notifications: [...ground, 'auth', 'payments', 'cinetpay', 'sites'],
  reconciliation: [...ground, 'auth', 'payments', 'cinetpay', 'sites'],
  checkout: [...ground, 'auth', 'payments', 'cinetpay', 'sites'],
  webhooks: [...ground, 'events', 'auth'],
  history: [...ground, 'auth'],
  compat: [...ground, 'payments', 'cinetpay', 'sites', 'auth', 'webhooks'],
};

const folders = Object.entries(ALLOWED).map(([folder, others]) => ({
  name: `${folder}-imports`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [folder, ...others].map((name) => `^src/${name}/`) },
}));

module.exports = {
  forbidden: [
    ...folders,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'outside-src-knows-nothing-of-src',
      severity: 'error',
      from: { path: '^(migrations|simulator|bench)/' },
      to: { path: '^src/' },
    },
    {
      name: 'only-the-sandbox-starts-the-simulator',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sandbox' },
      to: { path: '^(simulator|bench|test)/' },
    },
    {
      name: 'bench-and-simulator-are-strangers',
      severity: 'error',
      from: { path: '^(bench|simulator)/' },
      to: { path: '^(migrations|test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
  },
};
