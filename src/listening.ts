import { createServer, isIP } from 'node:net';
import { StartRefused } from './program';

/** What an address of ours was chosen by: the fault is told by the variable's name. */
interface Place {
  host: string;
  port: number;
}

const NO_ADDRESS = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'];
const NO_HOST = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_ADDRFAMILY', 'EAI_NONAME'];

/** Why a server cannot listen, in one line; an error that says nothing of it as it is. */
export function listenRefused(error: NodeJS.ErrnoException, { host, port }: Place, variable = 'PORT'): Error {
  const { code = '' } = error;
  if (code === 'EADDRINUSE')
    return new StartRefused(
      `Port ${port} on ${host} is in use: stop what listens there, or choose another ${variable}.`,
    );
  if (code === 'EACCES')
    return new StartRefused(`Port ${port} may not be used by this user: choose a ${variable} above 1023.`);
  if (NO_ADDRESS.includes(code))
    return new StartRefused(`HOST is no address of this machine (${code}): leave it out, or use 0.0.0.0 or ::.`);
  if (NO_HOST.includes(code))
    return new StartRefused(`HOST cannot be resolved (${code}): leave it out, or use an address of this machine.`);
  return error;
}

/**
 * Listens and ends at once.
 * @returns why not where another process has the port: that may be the running gateway
 * @throws StartRefused where a start would be refused for any other reason
 */
export async function tryListening(place: Place): Promise<string | undefined> {
  const server = createServer();
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(place.port, place.host, () => server.close(resolve));
  });
  if (error === undefined) return undefined;
  const refused = listenRefused(error, place);
  if (error.code !== 'EADDRINUSE') throw refused;
  return refused.message;
}

/** A host we listen on as this machine's URLs write it. */
export function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIP(host) === 6 ? `[${host}]` : host;
}
