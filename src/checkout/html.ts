/** HTML that is safe to send: made by `markup` only, never from text that came from outside. */
export class Html {
  constructor(readonly source: string) {}
}

/** What may stand in a template: text is escaped, HTML is not, nothing stays nothing, a list is joined. */
export type Piece = string | number | Html | null | undefined | false | readonly Piece[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Makes text safe inside an element and inside a quoted attribute, the only two places our templates put text. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** A template whose every value is escaped unless it is HTML already. Not named `html`, or prettier would rewrite the bytes. */
export function markup(fixed: TemplateStringsArray, ...pieces: Piece[]): Html {
  return new Html(fixed.map((text, index) => text + (index < pieces.length ? sourceOf(pieces[index]) : '')).join(''));
}

/** Marks a constant of our own (style, script) as HTML. Never hand it text that came from outside. */
export function ownMarkup(source: string): Html {
  return new Html(source);
}

function sourceOf(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return '';
  if (piece instanceof Html) return piece.source;
  if (typeof piece === 'object') return piece.map(sourceOf).join('');
  return escapeText(String(piece));
}
