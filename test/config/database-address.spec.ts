// Proves how DATABASE_URL is read: by one reader, in every form that libpq writes, and what cannot be read says what is wrong and how to write it.
import { describe, expect, it } from 'vitest';
import { readDatabaseUrl } from '../../src/config/database-address';

describe('DATABASE_URL is read', () => {
  it.each([
    ['postgres://u:p@h:5433/d', { user: 'u', password: 'p', host: 'h', port: 5433, database: 'd' }],
    ['postgresql://u:p%2F%23%40%25@h/d', { password: 'p/#@%', host: 'h', port: 5432 }],
    ['postgres://u:100%@h/d', { password: '100%', host: 'h' }],
    ['postgres://u:a%b%2Fc%zz d@h/d', { password: 'a%b/c%zz d', host: 'h' }],
    ['postgres://u:p@ss@h/d', { password: 'p@ss', host: 'h' }],
    ['postgres://u:p@[::1]:5433/d', { host: '::1', port: 5433 }],
    ['postgres:///d?host=/run/postgresql', { host: '/run/postgresql', database: 'd' }],
    ['postgres:///?host=/run/postgresql&dbname=d', { host: '/run/postgresql', database: 'd' }],
    ['postgres://u@/d?host=/run/postgresql', { user: 'u', host: '/run/postgresql', database: 'd' }],
    ['postgres://%2Frun%2Fpostgresql/d', { host: '/run/postgresql', database: 'd' }],
    ['postgres://u:p@%2Frun%2Fpostgresql:5433/d', { host: '/run/postgresql', port: 5433, password: 'p' }],
    ['postgres://u:p@h/a%2Fb', { database: 'a/b' }],
    ['postgres://u:p@h/d?sslmode=disable', { ssl: false }],
    ['postgres://u:p@h/d?sslmode=require', { ssl: {} }],
    ['postgres://u:p@h/d?sslmode=no-verify', { ssl: { rejectUnauthorized: false } }],
  ])('%s', (url, address) => expect(readDatabaseUrl(url)).toMatchObject(address));

  it('without what the driver would take for options of its own', () => {
    expect(readDatabaseUrl('postgres://u:p@h/d?max=1&statement_timeout=1&Client=x')).not.toHaveProperty('max');
  });
});

describe('DATABASE_URL is refused, without a part of it', () => {
  it.each([
    ['mysql://h/canary', 'must be a URL that begins with postgres://'],
    ['host=/run/canary dbname=d', 'must be a URL that begins with postgres://'],
    ['postgres://u:can/ary@h/d', '%2F'],
    ['postgres://u:12/canary@h:5432/d', '%2F'],
    ['postgres://u:can@12/canary@h:5432/d', '%2F'],
    ['postgres://u:can#ary@h/d', '%23'],
    ['postgres://u:can?ary@h/d', '%3F'],
    ['postgres://h/canary#d', '%23'],
    ['postgres://u:canary@a,b/d', 'several hosts'],
    ['postgres://u:canary@a:5432,b:5432/d', 'several hosts'],
    ['postgres:///canary?host=a,b', 'several hosts'],
    ['postgres://u:canary@h:99999/d', 'postgres://user:password@host:5432/database'],
    ['postgres://u:canary%E9@h/d', 'UTF-8'],
    ['postgres://u:canary@h/d?sslmode=allow', 'verify-full'],
    ['postgres://u:canary@h/d?sslmode=verify-full&sslrootcert=/no/canary.pem', 'certificate file that cannot be read'],
  ])('%s', (url, complaint) => {
    let message = '';
    try {
      readDatabaseUrl(url);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(complaint);
    expect(message).not.toContain('canary');
  });
});
