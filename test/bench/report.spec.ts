// Proves that every figure in the pages is one of bench/results.json, as `npm run bench` wrote it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isFull, PAGES, withFigures } from '../../bench/report';
import type { Results } from '../../bench/results';

const results = JSON.parse(readFileSync('bench/results.json', 'utf8')) as Results;

// After `npm run bench -- --quick` the file holds P1 to P3 alone, until it is checked out again.
describe.skipIf(!isFull(results))('the figures', () => {
  it.each(PAGES)('of %s are those of the results', (page) => {
    const text = readFileSync(page, 'utf8');
    expect(text).toContain('<!-- figures: ');
    expect(withFigures(text, results)).toBe(text);
  });

  it('are of a durable database', () => {
    expect([results.fsync, results.synchronous_commit]).toEqual(['on', 'on']);
  });

  it('are replaced where they differ, and nothing around them is', () => {
    const page = 'before\n\n<!-- figures: summary -->\n\nold\n\n<!-- /figures -->\n\nafter\n';
    const written = withFigures(page, results);
    expect(written).toMatch(
      /^before\n\n<!-- figures: summary -->\n\n```text\nstart a payment [^]*```\n\n<!-- \/figures -->\n\nafter\n$/,
    );
    expect(withFigures(written, results)).toBe(written);
  });
});
