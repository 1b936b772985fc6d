import { request, type TestGateway } from './gateway';

/** One method of one address pattern, as `GET /v1/payments/:id`. */
export interface Route {
  name: string;
  method: string;
  /** With `:id` for what changes. */
  path: string;
  /** Swagger UI shows it. */
  isDocumented: boolean;
}

/** Every route that the gateway answers, hidden ones too, but for HEAD beside GET. @throws when the document names one that is not there */
export async function routesOf(gateway: TestGateway): Promise<Route[]> {
  const printed = printedRoutes(gateway.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));
  const documented = await documentedRoutes(gateway.url);
  const missing = documented.filter((name) => !printed.includes(name));
  if (missing.length > 0) throw new Error(`the document names what no route answers: ${missing.join(', ')}`);
  return printed.map((name) => {
    const [method = '', path = ''] = name.split(' ');
    return { name, method, path, isDocumented: documented.includes(name) };
  });
}

/** The path with a value in each place that changes. */
export function filled(path: string, values: Record<string, string>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? `no-value-for-${name}`);
}

async function documentedRoutes(url: string): Promise<string[]> {
  const { body } = await request('GET', `${url}/openapi.json`);
  return Object.entries<object>(body.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
}

// A tree, each line of which adds a piece to the address of the line it hangs on.
function printedRoutes(tree: string): string[] {
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', piece = '', methods = ''] = /^([│├└─\s]*)(\S*) \((.*)\)$/.exec(line) ?? [];
    if (methods === '') return [];
    const depth = indent.length / 4;
    const path = (above[depth - 1] ?? '') + piece;
    above[depth] = path;
    return methods
      .split(', ')
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method} ${path}`);
  });
}
