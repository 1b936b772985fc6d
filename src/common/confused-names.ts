/** Names that senders confuse with ours. CinetPay's own are among them: its `name` is the last name, its `surname` the first (official page). */
const OURS: Readonly<Record<string, string>> = {
  ...{ name: 'last_name', nom: 'last_name', lastname: 'last_name', family_name: 'last_name' },
  ...{ surname: 'first_name', prenom: 'first_name', firstname: 'first_name', given_name: 'first_name' },
  ...{ phone: 'phone_number', mobile: 'phone_number', telephone: 'phone_number', mail: 'email' },
  ...{ zip: 'zip_code', zipcode: 'zip_code', postal_code: 'zip_code', country_code: 'country' },
  ...{ trans_id: 'transaction_id', reference: 'order_reference', designation: 'description', custom: 'metadata' },
  ...{ language: 'lang', locale: 'lang', channel: 'channels', success_url: 'return_url', redirect_url: 'return_url' },
  ...{ notify_url: 'url', webhook_url: 'url' },
};
/** Our longest name has fewer characters. */
const MAX_NAME = 40;

/** The field that was probably meant by a name that is unknown where it stands, if there is one. @param isKnown says which names are fields there */
export function meantBy(name: string, isKnown: (name: string) => boolean): string | undefined {
  if (name.length > MAX_NAME) return undefined;
  const snake = name
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase()
    .replaceAll('-', '_');
  const bare = snake.replace(/^(?:customer|cpm)_/, '');
  const candidates = [snake, bare].flatMap((one) => [one, Object.hasOwn(OURS, one) ? OURS[one]! : one]);
  return candidates.find((one) => isKnown(one));
}
