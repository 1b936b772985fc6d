import { readFileSync } from 'node:fs';

/** A node of a V8 CPU profile: one function, called in one way. */
interface Node {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
}

interface Profile {
  nodes: Node[];
  samples: number[];
  timeDeltas: number[];
}

/** Microseconds by name, the largest first. */
export type Costs = [name: string, microseconds: number][];

/** Where a process spent its time. */
export interface CostsOfProfile {
  /** By package or source file. What Node itself does (a write, a hash) counts for whoever called it. */
  places: Costs;
  /** By function, without what it called. */
  functions: Costs;
  /** By function of ours, with everything it called before its first await. */
  inclusive: Costs;
}

const OURS = /\/dist\/(src\/.*)$/;
const PACKAGE = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/;

/** Reads what `node --cpu-prof` wrote. */
export function readCpuProfile(file: string): CostsOfProfile {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const own = new Map<number, number>();
  samples.forEach((id, index) => own.set(id, (own.get(id) ?? 0) + timeDeltas[index]!));
  const tally = new Tally(new Map(nodes.map((node) => [node.id, node])), own);
  tally.visit(nodes[0]!, 'node', new Set());
  return {
    places: sorted(tally.places),
    functions: sorted(tally.functions),
    inclusive: sorted(tally.inclusive),
  };
}

class Tally {
  readonly places = new Map<string, number>();
  readonly functions = new Map<string, number>();
  readonly inclusive = new Map<string, number>();

  constructor(
    private readonly nodes: Map<number, Node>,
    private readonly own: Map<number, number>,
  ) {}

  /** @param place whom Node's own work counts for @param above our functions that are being called: each is counted at its outermost call */
  visit(node: Node, place: string, above: ReadonlySet<string>): number {
    const { functionName, url } = node.callFrame;
    if (functionName === '(idle)' || functionName === '(program)') return 0;
    const here = placeOf(node) ?? place;
    const spent = this.own.get(node.id) ?? 0;
    const name = nameOf(node);
    add(this.places, here, spent);
    add(this.functions, name, spent);
    const isCounted = OURS.test(url) && !above.has(name);
    const inside = isCounted ? new Set(above).add(name) : above;
    const below = (node.children ?? []).map((id) => this.visit(this.nodes.get(id)!, here, inside));
    const whole = below.reduce((sum, one) => sum + one, spent);
    if (isCounted) add(this.inclusive, name, whole);
    return whole;
  }
}

function placeOf({ callFrame: { url, functionName } }: Node): string | undefined {
  if (functionName === '(garbage collector)') return functionName;
  return PACKAGE.exec(url)?.[1] ?? OURS.exec(url)?.[1];
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: Node): string {
  const where = OURS.exec(url)?.[1] ?? url.replace(/^.*\/node_modules\//, '');
  return `${functionName || '(anonymous)'}${where === '' ? '' : ` (${where}:${lineNumber + 1})`}`;
}

function add(costs: Map<string, number>, name: string, spent: number): void {
  costs.set(name, (costs.get(name) ?? 0) + spent);
}

function sorted(costs: Map<string, number>): Costs {
  return [...costs].sort(([, one], [, other]) => other - one);
}
