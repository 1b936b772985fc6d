// Proves that every refusal that CinetPay can name has its own words for the customer, in French and in English, and that a receipt names the payment.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REFUSAL_CODES } from '../../simulator/facts/codes';
import { instant } from '../../src/checkout/receipt';
import { EXPLAINED_CODES, refusalReason } from '../../src/checkout/refusals';
import { operatorName } from '../../src/cinetpay/operators';

/** A cancelled payment has a page of its own. */
const CANCELLED = '627';

describe('the reason of a refusal', () => {
  it.each(REFUSAL_CODES.filter((code) => code !== CANCELLED))('%s has words in both languages', (code) => {
    expect(EXPLAINED_CODES).toContain(code);
    const [fr, en] = [refusalReason(`${code} X`, 'fr')!, refusalReason(`${code} X`, 'en')!];
    expect(fr).not.toBe(en);
    for (const text of [fr, en]) expect(text).not.toMatch(/\d/);
  });

  it('is another one for each code', () => {
    for (const language of ['fr', 'en'] as const) {
      const said = EXPLAINED_CODES.map((code) => refusalReason(code, language));
      expect(new Set(said).size).toBe(said.length);
    }
  });

  it('names a code that has no words, and stays silent where CinetPay named none', () => {
    expect(refusalReason('699 STRANGE', 'fr')).toMatch(/^CinetPay a refusé ce paiement \(code 699\)/);
    expect(refusalReason('699', 'en')).toMatch(/^CinetPay refused this payment \(code 699\)/);
    for (const reason of [null, '', 'reviewed', 'link_lost']) expect(refusalReason(reason, 'fr')).toBeUndefined();
  });
});

describe('a receipt', () => {
  it("shows the time of the customer's country and names the zone", () => {
    const at = new Date('2026-03-01T23:30:00Z');
    expect(instant(at, 'XOF', 'fr')).toMatch(/^1 mars 2026.*23:30 \(Abidjan\)$/);
    expect(instant(at, 'XAF', 'en')).toMatch(/^March 2, 2026.*12:30.AM \(Douala\)$/);
  });

  it('names operators as customers do, also in the words of the simulator', () => {
    const codes = [...readFileSync('simulator/facts/operators.ts', 'utf8').matchAll(/'([A-Z][A-Za-z]+)'/g)];
    const methods = codes
      .map(([, code]) => code!)
      .filter((code) => /^(OM|MTN|MOMO|MOOV|FLOOZ|WAVE|VISA|Tmoney)/.test(code));
    expect(methods.length).toBeGreaterThan(20);
    for (const method of methods) expect(operatorName(method)).toMatch(/[ ,a-z]/);
    expect(['OMSN', 'EXPRESSUNIONCM', 'EXPRESSOSN', 'NEW'].map(operatorName)).toEqual([
      ...['Orange Money', 'Express Union', 'Expresso', 'NEW'],
    ]);
  });
});
