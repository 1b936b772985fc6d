import type { INestApplicationContext } from '@nestjs/common';
import { SiteCare } from '../sites/site-care';
import type { SiteDto } from '../sites/site.dto';
import type { Scene } from './scene';

const OPERATOR = 'operator';

/** `sites list` */
export async function listSites(app: INestApplicationContext, { print }: Scene): Promise<void> {
  for (const site of await app.get(SiteCare).list()) print(lineOf(site));
}

/** `sites pause <site_id> [--reason text]` */
export async function pauseSite(app: INestApplicationContext, scene: Scene): Promise<void> {
  const { positionals, options } = scene;
  const site = await app.get(SiteCare).pause(positionals[0]!, options.reason ?? null, OPERATOR);
  scene.print(lineOf(site));
  scene.print('Every replica keeps to it within 5 s; only sites resume ends it.');
}

/** `sites resume <site_id>` */
export async function resumeSite(app: INestApplicationContext, { positionals, print }: Scene): Promise<void> {
  print(lineOf(await app.get(SiteCare).resume(positionals[0]!, OPERATOR)));
}

function lineOf({ site_id, currency, name, paused }: SiteDto): string {
  if (!paused) return [site_id, currency, name, 'open'].filter((part) => part !== '').join('  ');
  const since = paused.since === null ? '' : ` since ${paused.since.toISOString()}`;
  const until = paused.until === null ? '' : ` until ${paused.until.toISOString()}`;
  const why = paused.reason === null ? '' : ` (${paused.reason})`;
  return [site_id, currency, name, `paused: ${paused.cause}${since}${until}${why}`].filter(Boolean).join('  ');
}
