import { Problem, type FieldFault } from './problem';

/** Faults of one request that are spelled out; the others are counted. */
const MAX_TOLD = 20;
/** Bytes of JSON that they may take: with the rest of its document an answer stays below 8 KB. */
const MAX_TOLD_BYTES = 6 * 1024;
/** Characters of a sender's own name that a pointer repeats. */
const MAX_NAME = 100;
/** These say all there is to say: a text is not also too short to be a number. */
export const DECISIVE: readonly FieldFault['code'][] = ['unknown_field', 'required', 'type'];

/** What is wrong with one request. It keeps as much as is told, whatever number of faults the sender has made. */
export class FieldFaults {
  private readonly ofRules: FieldFault[] = [];
  private readonly ofNames: FieldFault[] = [];
  private names = 0;

  get isEmpty(): boolean {
    return this.ofRules.length === 0 && this.names === 0;
  }

  /** Faults of fields that we know: there are never more than rules. */
  add(...faults: readonly FieldFault[]): void {
    this.ofRules.push(...faults);
  }

  /** A fault at a name that the sender made up: there may be thousands, and only those that are told are built. */
  addOfName(fault: () => FieldFault): void {
    if (this.names++ < MAX_TOLD) this.ofNames.push(fault());
  }

  has(pointer: string, code: FieldFault['code']): boolean {
    return this.ofRules.some((fault) => fault.pointer === pointer && fault.code === code);
  }

  /** The one problem for all of them, our own fields first. */
  refusal(): Problem {
    return refusal([...this.ofRules, ...this.ofNames], this.names - this.ofNames.length);
  }
}

/**
 * The one problem for all faults of a request; the first fault found at a place is the one that is told. What is not told is counted,
 * with `others` that were never spelled out.
 */
export function refusal(faults: readonly FieldFault[], others = 0): Problem {
  const decided = new Set<string>();
  const distinct = faults.filter(({ pointer, code }) => {
    const before = decided.has(pointer);
    if (DECISIVE.includes(code)) decided.add(pointer);
    return !before;
  });
  const errors = fitting(distinct);
  const errorsOmitted = others + distinct.length - errors.length;
  return new Problem('validation_failed', 'Nothing was saved or sent; mend what errors names.', {
    errors,
    ...(errorsOmitted > 0 && { errorsOmitted }),
  });
}

function fitting(faults: readonly FieldFault[]): FieldFault[] {
  let bytes = 0;
  return faults
    .slice(0, MAX_TOLD)
    .filter((fault) => (bytes += Buffer.byteLength(JSON.stringify(fault))) <= MAX_TOLD_BYTES);
}

/** A step down in an RFC 6901 pointer; a long name is cut. */
export function step(pointer: string, name: string): string {
  const cut = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME).replace(/\p{Surrogate}$/u, '')}…` : name;
  return `${pointer}/${cut.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The fault of a name that its class does not have. @param meant the field that its sender probably means */
export function unknownField(pointer: string, meant?: string): FieldFault {
  const question = meant === undefined ? '' : `: did you mean ${meant}?`;
  return { pointer, code: 'unknown_field', detail: `there is no such field${question}` };
}
