// Proves that webhooks reach no address that only our own network can reach, however it is written and whatever a name
// resolves to, unless WEBHOOK_ALLOW_PRIVATE allows it.
import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { Config } from '../../src/config/config';
import { AddressGuard } from '../../src/webhooks/address.guard';

function guard(allowed: string[] = [], resolve?: AddressGuard['resolve']): AddressGuard {
  const made = new AddressGuard(Object.assign(new Config(), { webhookAllowPrivate: allowed }));
  if (resolve) made.resolve = resolve;
  return made;
}

const at = (...addresses: string[]): LookupAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const nobody = (): Promise<LookupAddress[]> => Promise.reject(new Error('ENOTFOUND'));

/** Refused for what the text says, by everybody and without asking a name server. */
const REFUSED_BY_TEXT = [
  // No http(s) URL at all, or one that parsers read differently.
  '',
  'shop.example',
  '/hook',
  'http:shop.example/hook',
  'http:/shop.example',
  'http://',
  'https:///shop.example',
  'ftp://shop.example/',
  'file:///etc/passwd',
  'gopher://shop.example/',
  'javascript:alert(1)',
  'data:text/plain,x',
  'ws://shop.example/',
  'http://shop.example:99999/',
  'http://shop.example:0/',
  'http://shop.example\\@127.0.0.1/',
  ' http://shop.example/',
  'http://shop.example/a b',
  'http://shop\t.example/',
  'http://shop.example/\r\nHost: x',
  // Somebody's name and password.
  'http://user@shop.example/',
  'http://user:secret@shop.example/',
  'http://shop.example@127.0.0.1/',
  // Metadata services by name.
  'http://metadata.google.internal/computeMetadata/v1/',
  'http://METADATA.google.internal./',
  'http://metadata/',
  'http://instance-data/latest/meta-data/',
  // IPv4 written in other ways: even of addresses that are public.
  'http://2130706433/',
  'http://134744072/',
  'http://0x7f000001/',
  'http://0x7f.0.0.1/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://127.1/',
  'http://127.0.1/',
  'http://0/',
  'http://127.0.0.1./',
  'http://127.0.0.%31/',
  'http://１２７.0.0.1/',
  'http://①②⑦.0.0.1/',
  'http://127。0。0。1/',
];

/** Refused for their address, which a range in WEBHOOK_ALLOW_PRIVATE may open. */
const REFUSED_BY_ADDRESS = [
  'http://127.0.0.1/',
  'http://127.0.0.1:8080/hook?x=1',
  'http://127.0.0.1#@shop.example/',
  'https://127.255.255.254/',
  'http://localhost/',
  'http://LOCALHOST:3000/',
  'http://localhost./',
  'http://hooks.localhost/',
  'http://0.0.0.0/',
  'http://0.1.2.3/',
  'http://10.0.0.1/',
  'http://10.255.255.255/',
  'http://100.64.0.1/',
  'http://100.100.100.200/',
  'http://100.127.255.255/',
  'http://169.254.169.254/latest/meta-data/',
  'http://169.254.170.2/',
  'http://168.63.129.16/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.0.0.192/',
  'http://192.0.2.1/',
  'http://192.88.99.1/',
  'http://192.168.1.1/',
  'http://198.18.0.1/',
  'http://198.51.100.7/',
  'http://203.0.113.7/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://[::]/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]:8080/',
  'http://[::127.0.0.1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::ffff:8.8.8.8]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b::8.8.8.8]/',
  'http://[64:ff9b:1::1]/',
  'http://[100::1]/',
  'http://[2001::7f00:1]/',
  'http://[2001:db8::1]/',
  'http://[2002:7f00:1::]/',
  'http://[2002:808:808::1]/',
  'http://[3fff::1]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/',
  'http://[fe80::1]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
];

const TAKEN = [
  'https://shop.example/hook',
  'http://shop.example:8080/hook?key=a@b#part',
  'HTTPS://Shop.Example/',
  'https://café.example/',
  'https://8.8.8.8/hook',
  'http://100.63.255.255/',
  'http://100.128.0.1/',
  'http://172.15.0.1/',
  'http://172.32.0.1/',
  'http://126.255.255.255/',
  'http://169.253.0.1/',
  'http://[2606:4700:4700::1111]:8443/',
  'http://127.0.0.1.example/',
  'http://localhost.example/',
];

describe('the address guard, without allowances', () => {
  it('knows more than sixty ways to somewhere private', () => {
    expect(REFUSED_BY_TEXT.length + REFUSED_BY_ADDRESS.length).toBeGreaterThanOrEqual(60);
  });

  it.each([...REFUSED_BY_TEXT, ...REFUSED_BY_ADDRESS])('refuses %j', async (url) => {
    expect(guard().faultOf(url)).toBeDefined();
    expect(await guard([], nobody).faultNow(url)).toBeDefined();
  });

  it.each(TAKEN)('takes %j', async (url) => {
    expect(guard().faultOf(url)).toBeUndefined();
    expect(await guard([], async () => at('8.8.8.8', '2606:4700:4700::1111')).faultNow(url)).toBeUndefined();
    expect(await guard([], nobody).faultNow(url)).toBeUndefined();
  });

  it('refuses a name that leads to private addresses only', async () => {
    const url = 'https://shop.example/';
    expect(await guard([], async () => at('10.1.2.3')).faultNow(url)).toMatchObject({ code: 'not_allowed' });
    expect(await guard([], async () => at('::ffff:10.1.2.3', 'fe80::1%eth0')).faultNow(url)).toBeDefined();
    expect(await guard([], async () => at('10.1.2.3', '8.8.8.8')).faultNow(url)).toBeUndefined();
  });
});

describe('WEBHOOK_ALLOW_PRIVATE', () => {
  it.each(REFUSED_BY_TEXT)('opens nothing that its text refuses: %j', (url) => {
    expect(guard(['0.0.0.0/0', '::/0', 'metadata', 'shop.example']).faultOf(url)).toBeDefined();
  });

  it('opens the ranges it lists and no other', () => {
    const some = guard(['10.1.0.0/16', '192.168.7.7', 'fd12::/16']);
    expect(some.faultOf('http://10.1.255.1:8080/')).toBeUndefined();
    expect(some.faultOf('http://192.168.7.7/')).toBeUndefined();
    expect(some.faultOf('http://[fd12::1]/')).toBeUndefined();
    for (const url of ['http://10.2.0.1/', 'http://192.168.7.8/', 'http://[fd13::1]/', 'http://[::ffff:10.1.0.1]/'])
      expect(some.faultOf(url)).toBeDefined();
  });

  it('opens a host by its name wherever it leads, but never to a metadata service', async () => {
    const named = (address: string): AddressGuard => guard(['Hooks.Internal'], async () => at(address));
    expect(await named('10.9.9.9').faultNow('http://hooks.internal:8080/')).toBeUndefined();
    expect(await named('10.9.9.9').faultNow('http://other.internal/')).toBeDefined();
    for (const address of ['169.254.169.254', '168.63.129.16', 'fd00:ec2::254'])
      expect(await named(address).faultNow('http://hooks.internal/')).toBeDefined();
  });
});

describe('the lookup of a connection', () => {
  const lookUp = (some: AddressGuard, host: string, all: boolean): Promise<unknown> =>
    new Promise((resolve) =>
      some.lookup(host, { all }, (error, address, family) =>
        resolve(error ? error.code : all ? address : [address, family]),
      ),
    );

  it('hands on the addresses that may be reached, and fails when there is none', async () => {
    const some = guard([], async (host) => (host === 'mixed.example' ? at('10.0.0.1', '8.8.8.8') : at('127.0.0.1')));
    expect(await lookUp(some, 'mixed.example', true)).toEqual(at('8.8.8.8'));
    expect(await lookUp(some, 'Mixed.example.', false)).toEqual(['8.8.8.8', 4]);
    expect(await lookUp(some, 'rebound.example', true)).toBe('ADDRESS_REFUSED');
    expect(await lookUp(guard([], nobody), 'nowhere.example', true)).not.toEqual(expect.any(Array));
  });

  it('asks once for those who ask together', async () => {
    let asked = 0;
    const some = guard([], async () => (asked++, at('8.8.8.8')));
    await Promise.all(Array.from({ length: 20 }, () => lookUp(some, 'shop.example', true)));
    expect(asked).toBe(1);
    await lookUp(some, 'shop.example', true);
    expect(asked).toBe(2);
  });
});
