import type { ConnectionOptions } from 'node:tls';
import { Client } from 'pg';

/** Where the database is and who we are there, as the driver takes it. What is absent is the driver's default. */
export interface DatabaseAddress {
  /** A name, an address, or the folder of a Unix socket. */
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  database?: string;
  ssl?: boolean | ConnectionOptions;
  sslnegotiation?: 'postgres' | 'direct';
  application_name?: string;
  /** Settings of the session as libpq writes them, `-c name=value`. */
  options?: string;
}

/** What is wrong with DATABASE_URL and how to write it: a sentence that goes on after its name, and holds no part of it. */
export class AddressFault extends Error {}

const FORM = 'postgres://user:password@host:5432/database';
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * Reads a DATABASE_URL. The only reader of it: two would not understand the same.
 * @throws AddressFault
 */
export function readDatabaseUrl(url: string): DatabaseAddress {
  judge(url);
  const { host, port, user, password, database, ssl, connectionParameters } = parsed(verifying(tidy(url)));
  const { sslnegotiation, application_name, options } = connectionParameters;
  const name = new URLSearchParams(url.split('?')[1]).get('dbname') ?? whole(database);
  const address = { host, port, user, password, database: name, ssl, sslnegotiation, application_name, options };
  // Everything else that an address may carry stays out: the driver would take it for an option of its own.
  return Object.fromEntries(
    Object.entries(address).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}

function judge(url: string): void {
  const [, rest] = /^postgres(?:ql)?:\/\/(.*)$/is.exec(url) ?? [];
  if (rest === undefined) throw new AddressFault('must be a URL that begins with postgres://');
  const [, authority, path, query] = /^([^/?#]*)([^?#]*)(.*)$/s.exec(rest)!;
  // What follows an @ is the host: where one comes after a /, ? or #, those stand in the password.
  const isCut = path!.includes('@') || (query!.includes('@') && !/^\?\w+=/.test(query!));
  if (isCut) throw new AddressFault('has a /, ? or # in its user or password: write %2F, %3F or %23');
  if (url.includes('#')) throw new AddressFault('has a #: write %23');
  const hosts = authority!.slice(authority!.lastIndexOf('@') + 1);
  const parameters = new URLSearchParams(query);
  if ([hosts, parameters.get('host') ?? ''].some((host) => host.includes(',')))
    throw new AddressFault('names several hosts: write one, that of the primary or of a proxy which leads to it');
  const mode = parameters.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode))
    throw new AddressFault(`has an sslmode that is none of ${SSL_MODES.join(', ')}`);
}

// A % that begins no escape stands for itself, as in passwords that nobody has encoded.
function tidy(url: string): string {
  return url.replace(/%(?![0-9a-f]{2})/gi, '%25').replaceAll(' ', '%20');
}

// The reader takes these for verify-full too, and warns on standard error that a later version will not.
function verifying(url: string): string {
  if (/[?&]uselibpqcompat=true(&|$)/.test(url)) return url;
  return url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
}

/** What the driver has read, with its own defaults (PGUSER and its like). */
type Reading = Pick<DatabaseAddress, 'host' | 'port' | 'user' | 'password' | 'database' | 'ssl'> & {
  connectionParameters: Pick<DatabaseAddress, 'sslnegotiation' | 'application_name' | 'options'>;
};

// A client that never connects: what it understands is what every connection will.
function parsed(url: string): Reading {
  try {
    return new Client({ connectionString: url }) as unknown as Reading;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (path !== undefined) throw new AddressFault(`names a certificate file that cannot be read (${code})`);
    if (error instanceof URIError) throw new AddressFault('has %-escapes that are no UTF-8');
    throw new AddressFault(
      `cannot be read: write it as ${FORM}, with / ? # @ % in user or password as %2F %3F %23 %40 %25`,
    );
  }
}

// The reader leaves these escapes in the name of a database.
function whole(name: string | undefined): string | undefined {
  return name?.replace(/%(?:2F|3F|23|40|3A|26|3D|2B|24|2C|3B)/gi, decodeURIComponent);
}
