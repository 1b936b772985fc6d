import type { SandboxFile } from './sandbox.folder';

/** The order that the banner's and the README's curl send. The simulator plays the shop that it leads back to. */
export function firstOrder(simulatorUrl: string): object {
  return { amount: 2500, currency: 'XOF', description: 'Order 1234', return_url: `${simulatorUrl}/shop` };
}

/** What a person needs first. `clusterAt`: where the database lies when it could not lie in DATA_DIR. */
export function bannerOf(file: SandboxFile, dataDir: string, clusterAt?: string): string {
  const moved = clusterAt === undefined ? [] : [`  database    ${clusterAt} (Postgres' user cannot reach ${dataDir})`];
  return [
    '',
    'The sandbox is ready: a gateway, a Postgres and a CinetPay simulator. No money moves.',
    '',
    `  gateway     ${file.gateway_url}`,
    `  try it      ${file.docs_url}   (Authorize with the key)`,
    `  simulator   ${file.simulator_url}`,
    `  key         ${file.api_key}`,
    `  kept in     ${dataDir}   (sandbox.json has the admin key too)`,
    ...moved,
    '',
    'Start a payment, then open its payment_url and pay:',
    '',
    curlOf(file),
    '',
    'Ctrl-C stops everything; what happened is still there next time.',
    '',
  ].join('\n');
}

function curlOf({ gateway_url, simulator_url, api_key }: SandboxFile): string {
  return [
    `curl -s ${gateway_url}/v1/payments \\`,
    `  -H 'Authorization: Bearer ${api_key}' \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '${JSON.stringify(firstOrder(simulator_url))}'`,
  ].join('\n');
}
