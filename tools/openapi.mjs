// `npm run openapi`: src/metadata.ts from the DTOs' types and comments, then docs/openapi.json from the running application.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from './build.mjs';

const require = createRequire(import.meta.url);
const { PluginMetadataGenerator } = require('@nestjs/cli/lib/compiler/plugins/plugin-metadata-generator');
const { ReadonlyVisitor } = require('@nestjs/swagger/plugin');

const root = process.cwd();
const [plugin] = require('../nest-cli.json').compilerOptions.plugins;
const visitor = new ReadonlyVisitor({ ...plugin.options, pathToSource: join(root, 'src') });
// The program that is read holds more than ours: bench/ has rivals with DTOs of their own.
const visit = visitor.visit.bind(visitor);
visitor.visit = (program, file) => (file.fileName.startsWith(join(root, 'src/')) ? visit(program, file) : undefined);
// The generator stops at faults of types, and the last metadata may name what is gone.
writeFileSync('src/metadata.ts', 'export default async (): Promise<Record<string, unknown>> => ({});\n');
new PluginMetadataGenerator().generate({
  visitors: [visitor],
  outputDir: join(root, 'src'),
  tsconfigPath: 'tsconfig.json',
  printDiagnostics: false,
});
// Node's own resolution, which our types follow, wants extensions in dynamic imports.
const metadata = readFileSync('src/metadata.ts', 'utf8');
writeFileSync('src/metadata.ts', metadata.replaceAll(/import\("(\.\/[^"]+)"\)/g, 'import("$1.js")'));
await build(root);
const { status } = spawnSync(process.execPath, ['dist/src/openapi.js'], { stdio: 'inherit' });
process.exit(status ?? 1);
