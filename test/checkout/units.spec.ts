// Proves that templates escape everything, that return_url is kept and only added to, and which word each state becomes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seamlessOrder, seamlessSources } from '../../src/cinetpay/seamless';
import { Secret } from '../../src/common/secret';
import { SiteConfig } from '../../src/config/config';
import { customerStatus } from '../../src/checkout/customer-status';
import { markup } from '../../src/checkout/html';
import { money } from '../../src/checkout/order.pieces';
import { frameSources } from '../../src/checkout/pages';
import { policyOf } from '../../src/checkout/policy';
import { returnTarget } from '../../src/checkout/return-target';
import { LONG_WAIT_MS, viewOf } from '../../src/checkout/view';
import { languageOf } from '../../src/checkout/words';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '`', '=', '/', '\n', 'x', 'script', '\u0000', '\u2028') }),
);

describe('escaping', () => {
  it('leaves no character that could end an element or a quoted attribute, and loses nothing', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { source } = markup`${text}`;
        expect(source).not.toMatch(/[<>"']/);
        expect(source).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
        expect(unescaped(source)).toBe(text);
      }),
    );
  });

  it('never lets a value change the shape of the page around it', () => {
    const shape = (source: string): string => source.replace(/>[^<]*</g, '><').replace(/"[^"]*"/g, '""');
    const page = (text: string): string => markup`<p title="${text}">${[text, markup`<b>${text}</b>`]}</p>`.source;
    fc.assert(
      fc.property(hostile, (text) => {
        expect(shape(page(text))).toBe(shape(page('plain')));
      }),
    );
  });

  it('shows nothing for nothing, and escapes HTML only once', () => {
    expect(markup`[${null}${undefined}${false}${[]}${0}]`.source).toBe('[0]');
    expect(markup`${markup`<b>${'<'}</b>`}`.source).toBe('<b>&lt;</b>');
  });
});

describe('return_url', () => {
  const target = (return_url: string | null, transaction_id = 'ORDER1'): string | null =>
    returnTarget({ return_url, transaction_id });

  it.each([
    ['https://shop.example/thanks', 'https://shop.example/thanks?transaction_id=ORDER1'],
    ['https://shop.example/thanks?', 'https://shop.example/thanks?transaction_id=ORDER1'],
    ['https://shop.example?a=%20b+c&a=2', 'https://shop.example/?a=%20b+c&a=2&transaction_id=ORDER1'],
    ['https://shop.example/t?x=1#part', 'https://shop.example/t?x=1&transaction_id=ORDER1#part'],
    ['http://127.0.0.1:8080/back', 'http://127.0.0.1:8080/back?transaction_id=ORDER1'],
  ])('%s', (given, wanted) => expect(target(given)).toBe(wanted));

  it.each([null, '', 'shop.example', '/thanks', 'javascript:alert(1)', 'data:text/html,x', 'ftp://shop.example/'])(
    'goes nowhere for %s',
    (given) => expect(target(given)).toBeNull(),
  );

  it('keeps origin, path and query of any URL, and never breaks a header', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), hostile, (given, id) => {
        const there = new URL(target(given, id)!);
        const stored = new URL(given);
        expect([there.origin, there.pathname, there.hash]).toEqual([stored.origin, stored.pathname, stored.hash]);
        expect(there.search.startsWith(stored.search)).toBe(true);
        expect(target(given, id)).toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });

  it('brings any id to the shop as it is', () => {
    const id = 'a&b=c#d e_é';
    expect(new URL(target('https://shop.example/', id)!).searchParams.get('transaction_id')).toBe(id);
  });
});

describe('the word of a state', () => {
  it.each([
    ['created', null, 'PENDING'],
    ['pending', null, 'PENDING'],
    ['expired', 'not_paid_in_time', 'PENDING'],
    ['accepted', '00 SUCCES', 'ACCEPTED'],
    ['rejected', '608 MINIMUM_REQUIRED_FIELDS', 'REFUSED'],
    ['refused', '600 PAYMENT_FAILED', 'REFUSED'],
    ['refused', null, 'REFUSED'],
    ['refused', '627 TRANSACTION_CANCEL', 'CANCELLED'],
    ['refused', '627', 'CANCELLED'],
    ['refused', '6270 OTHER', 'REFUSED'],
    ['rejected', '627 TRANSACTION_CANCEL', 'REFUSED'],
  ] as const)('%s %s → %s', (status, status_reason, word) =>
    expect(customerStatus({ status, status_reason })).toBe(word),
  );
});

describe('what there is to see', () => {
  const row = {
    ...{ status: 'pending' as const, status_reason: null, needs_review: false, closed: false },
    ...{ integration: 'redirect' as const, payment_url: 'https://counter.example/', created_at: new Date(0) },
  };
  const created = { ...row, status: 'created' as const, payment_url: null };

  it.each([
    ['counter', row],
    ['closed', { ...row, closed: true }],
    ['review', { ...row, needs_review: true }],
    ['waiting', created],
    ['seamless', { ...created, integration: 'seamless' as const }],
    ['seamless', { ...row, integration: 'seamless' as const, payment_url: null }],
    ['review', { ...created, integration: 'seamless' as const, needs_review: true }],
    ['accepted', { ...row, status: 'accepted' as const, closed: true, needs_review: true }],
    ['refused', { ...row, status: 'refused' as const }],
    ['cancelled', { ...row, status: 'refused' as const, status_reason: '627 TRANSACTION_CANCEL' }],
    ['expired', { ...row, status: 'expired' as const }],
    ['rejected', { ...created, status: 'rejected' as const }],
  ])('%s', (view, seen) => expect(viewOf(seen, false, 0)).toBe(view));

  it('says so when waiting takes long', () => expect(viewOf(created, false, LONG_WAIT_MS + 1)).toBe('waiting_long'));

  it('keeps a customer from paying an order twice, unless this is the payment that paid it', () => {
    expect(viewOf(row, true, 0)).toBe('paid_otherwise');
    expect(viewOf({ ...row, closed: true }, true, 0)).toBe('paid_otherwise');
    expect(viewOf({ ...row, status: 'accepted' }, true, 0)).toBe('accepted');
  });
});

describe('the language without an order', () => {
  it.each([
    [undefined, 'fr'],
    ['', 'fr'],
    ['de, es;q=0.9', 'fr'],
    ['en', 'en'],
    ['EN-us,en;q=0.9', 'en'],
    ['en;q=0.4, fr-CI;q=0.8', 'fr'],
    ['fr;q=0, en;q=0.1', 'en'],
  ] as const)('%s → %s', (header, language) => expect(languageOf(header)).toBe(language));
});

describe('the policy of a page', () => {
  it('allows nothing that is not named, and no inline code but ours', () => {
    const policy = policyOf({ scripts: ['one()'] });
    expect(policy).toMatch(/^default-src 'none'; base-uri 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  it('says nothing of parents where anybody may be one: no source matches those of apps', () => {
    expect(policyOf({ framable: true })).toMatch(/^default-src 'none'(?!.*frame-ancestors)/);
  });

  it('lets a counter over https lead on to a bank, and one on this machine nowhere', () => {
    expect(frameSources('https://checkout.cinetpay.com/payment/x')).toEqual([
      'https://checkout.cinetpay.com',
      'https:',
    ]);
    expect(frameSources('http://127.0.0.1:3001/payment/x')).toEqual(['http://127.0.0.1:3001']);
  });
});

describe('seamless', () => {
  const site = Object.assign(new SiteConfig(), { site_id: '1', apikey: new Secret('public') });
  const stored = JSON.stringify({ site_id: '1', transaction_id: 'A', amount: 100, notify_url: 'n', return_url: 'r' });

  it('hands the stored order to the script, without a way back of its own', () =>
    expect(seamlessOrder(stored, site)).toEqual({
      config: { apikey: 'public', site_id: '1', notify_url: 'n', mode: 'PRODUCTION' },
      checkout: { transaction_id: 'A', amount: 100 },
    }));

  it('lets the official script go where it has to, and another one nowhere but home', () => {
    const official = seamlessSources('https://cdn.cinetpay.com/seamless/main.js', 'https://api-checkout.cinetpay.com');
    expect(official.scripts).toContain('https://cdn.cinetpay.com/seamless/main.js');
    expect(official.connections).toEqual(
      expect.arrayContaining(['https://api-checkout.cinetpay.com', 'wss://robot-checkout.cinetpay.com']),
    );
    expect(seamlessSources('http://127.0.0.1:3001/seamless/main.js', 'http://127.0.0.1:3001')).toEqual({
      scripts: ['http://127.0.0.1:3001/seamless/main.js'],
      connections: ['http://127.0.0.1:3001'],
      frames: ['http://127.0.0.1:3001'],
    });
    expect(seamlessSources('https://cinetpay.com.evil.example/x.js', 'https://api.example').scripts).toEqual([
      'https://cinetpay.com.evil.example/x.js',
    ]);
  });
});

it('writes amounts without decimals, as people of the currency do', () => {
  expect(money({ amount: 2500, currency: 'XOF', lang: 'fr' })).toMatch(/^2\s500\sF\s?CFA$/);
  expect(money({ amount: 25, currency: 'USD', lang: 'en' })).toBe('$25');
});

function unescaped(source: string): string {
  const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return source.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => characters[name]!);
}
