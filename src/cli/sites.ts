import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { SiteCare } from '../sites/site-care';
import type { SiteDto } from '../sites/site.dto';
import { Misused, type Scene } from './scene';

const OPERATOR = 'operator';

/** `sites list` */
export async function listSites(app: INestApplicationContext, { print }: Scene): Promise<void> {
  for (const site of await app.get(SiteCare).list()) print(lineOf(site));
}

/** `sites pause <site_id> [--reason text]` */
export async function pauseSite(app: INestApplicationContext, scene: Scene): Promise<void> {
  const options = { reason: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args: scene.args, allowPositionals: true, options });
  const site = await app.get(SiteCare).pause(idOf(positionals), values.reason ?? null, OPERATOR);
  scene.print(lineOf(site));
  scene.print('Every replica keeps to it within 5 s; only sites resume ends it.');
}

/** `sites resume <site_id>` */
export async function resumeSite(app: INestApplicationContext, { args, print }: Scene): Promise<void> {
  print(lineOf(await app.get(SiteCare).resume(idOf(args), OPERATOR)));
}

function idOf([siteId]: string[]): string {
  if (siteId === undefined) throw new Misused('This needs a site_id; sites list shows them.');
  return siteId;
}

function lineOf({ site_id, currency, name, paused }: SiteDto): string {
  if (!paused) return [site_id, currency, name, 'open'].filter((part) => part !== '').join('  ');
  const since = paused.since === null ? '' : ` since ${paused.since.toISOString()}`;
  const until = paused.until === null ? '' : ` until ${paused.until.toISOString()}`;
  const why = paused.reason === null ? '' : ` (${paused.reason})`;
  return [site_id, currency, name, `paused: ${paused.cause}${since}${until}${why}`].filter(Boolean).join('  ');
}
