/** The arrows of the design, section 8: who may import whom. Everything may import `contract`. */
const arrow = (from, to, exceptPath, alsoPath) => ({
  name: `${from}-imports-only-${to.join('-')}`,
  severity: 'error',
  comment: `${from} may import ${to.join(', ')} only.`,
  from: { path: `^${from}/`, ...(exceptPath && { pathNot: exceptPath }) },
  to: {
    path: '^(contract|workflows|activities|channels|store|api|temporal|web|simulators)/',
    pathNot: [`^(${[from, ...to].join('|')})/`, ...(alsoPath ? [alsoPath] : [])],
  },
});

module.exports = {
  forbidden: [
    arrow('contract', []),
    arrow('workflows', ['contract'], '\\.test\\.ts$'),
    arrow('activities', ['contract', 'store', 'channels'], '\\.test\\.ts$'),
    arrow('channels', ['contract'], '\\.test\\.ts$'),
    arrow('store', ['contract'], '\\.test\\.ts$'),
    // Both ends of a payload need the same codec (docs/adr/0007).
    arrow('api', ['contract', 'store', 'channels', 'temporal/codec'], '\\.test\\.ts$'),
    arrow('temporal/codec', ['contract'], '\\.test\\.ts$'),
    // Its worker hands the API's way of speaking to a conversation to the activities (docs/adr/0009).
    arrow(
      'temporal',
      ['contract', 'workflows', 'activities', 'store', 'channels'],
      '\\.test\\.ts$',
      '^api/engine\\.ts$',
    ),
    arrow('simulators', ['contract'], '\\.test\\.ts$'),
    arrow('web', ['contract']),
    {
      name: 'one-file-with-the-temporal-client',
      severity: 'error',
      from: { path: '^api/', pathNot: '^api/(engine|main)\\.ts$|\\.test\\.ts$' },
      to: { path: 'node_modules/@temporalio/client' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(dist|\\.angular)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
