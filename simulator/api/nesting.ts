/** Our choice: an order has two levels. */
export const MAX_LEVELS = 32;

/** Whether a JSON text is nested so deeply that writing it again would cost more than its length. Told before it is parsed. */
export function isTooDeep(json: string): boolean {
  let level = 0;
  let inText = false;
  for (let at = 0; at < json.length && level <= MAX_LEVELS; at += 1) {
    const character = json[at];
    if (inText && character === '\\') at += 1;
    else if (character === '"') inText = !inText;
    else if (!inText && (character === '[' || character === '{')) level += 1;
    else if (!inText && (character === ']' || character === '}')) level -= 1;
  }
  return level > MAX_LEVELS;
}
