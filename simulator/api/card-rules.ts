import type { Settings, Site } from '../state/settings';
import { textOf, type Fields } from './fields';
import { missing, unprocessable, type Refusal } from './replies';
import { channelsOf } from './values';

const BLOCK = ['name', 'surname', 'phone_number', 'email', 'address', 'city', 'country', 'zip_code'];
/** The part of the block that an order without cards has no use for: half of it may be answered 624. */
const FOR_CARDS_ONLY = ['email', 'address', 'city', 'country', 'state', 'zip_code'];

/** The first field that cards need and the order lacks, the state only where it exists (US, CA); undefined: the counter may offer cards. */
export function cardFieldMissing(fields: Fields): string | undefined {
  const needsState = ['US', 'CA'].includes(textOf(fields, 'customer_country')?.toUpperCase() ?? '');
  return firstMissing(fields, needsState ? [...BLOCK, 'state'] : BLOCK);
}

/** channels CREDIT_CARD with nothing to pay with. */
export function cardsAlone(fields: Fields): Refusal | undefined {
  if (channelsOf(fields)?.join() !== 'CREDIT_CARD') return undefined;
  const field = cardFieldMissing(fields);
  return field === undefined ? undefined : missing(field);
}

/** 624 for a part of the block: by setting as a later revision of the codes says it, without address and city; when strict, any part. */
export function incompleteCardBlock(fields: Fields, _site: Site, settings: Settings): Refusal | undefined {
  if (!settings.strict && settings.incomplete_card_block === 'no_cards') return undefined;
  if (!FOR_CARDS_ONLY.some((name) => textOf(fields, `customer_${name}`) !== null)) return undefined;
  const field = settings.strict ? cardFieldMissing(fields) : firstMissing(fields, ['address', 'city']);
  return field === undefined ? undefined : unprocessable(`${field} is missing`);
}

function firstMissing(fields: Fields, names: readonly string[]): string | undefined {
  return names.map((name) => `customer_${name}`).find((name) => textOf(fields, name) === null);
}
