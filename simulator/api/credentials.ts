import type { Settings, Site } from '../state/settings';
import { textOf, type Fields } from './fields';
import { missing, unprocessable, type Refusal } from './replies';

/** The site a request speaks for, or why it speaks for none. */
export function authenticate(fields: Fields, settings: Settings): Site | Refusal {
  const apikey = textOf(fields, 'apikey');
  const siteId = textOf(fields, 'site_id');
  if (apikey === null || siteId === null) return missing(apikey === null ? 'apikey' : 'site_id');
  const ofKey = settings.sites.filter((site) => site.apikey === apikey);
  if (ofKey.length === 0) return badApikey(settings);
  const site = ofKey.find((candidate) => candidate.site_id === siteId);
  return site ?? { code: '613', description: 'The site_id is not valid for this apikey' };
}

/** Tells a site from a refusal. */
export function isSite(value: Site | Refusal): value is Site {
  return 'site_id' in value;
}

/** Two official sources give two codes for the same mistake. */
function badApikey({ bad_apikey_code: code }: Settings): Refusal {
  const why = 'The apikey is not known';
  return code === '609' ? { code, description: why } : unprocessable(why);
}
