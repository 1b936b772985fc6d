import { addressOf, type Cost, type Route, type Sent, type Watched } from './gateway';
import { BODIES, HEADS, type BodyShape, type HeadShape } from './shapes';

/** A hostile request. */
export interface Attack {
  kind: 'body' | 'query' | 'headers';
  name: string;
  sent: Sent;
}

/** What an attack cost: once, or the median of five where once was too much. */
export interface Figure extends Cost {
  attack: Attack;
}

/** More than this holds others up. */
export const HOLD_MS = 50;
/** An error answer is never larger. */
export const ANSWER_BYTES = 8 * 1024;

const READS_BODIES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** All shapes to one route. A key stands where the route looks for it. */
export function attacksOn({ gateway }: Watched, route: Route, key: string | undefined): Attack[] {
  const address = gateway.url + addressOf(route);
  const isDropIn = route.pattern.startsWith('/v2');
  const who = `${route.method} ${route.pattern} ${key === undefined ? 'without' : 'with'} a key`;
  const bearer: Sent['headers'] = key === undefined || isDropIn ? {} : { authorization: `Bearer ${key}` };
  const bodied = (shape: BodyShape): Attack => ({
    kind: 'body',
    name: `${who}, ${shape.name}`,
    sent: {
      url: address,
      method: route.method,
      headers: { ...bearer, 'content-type': shape.contentType },
      body: shape.body(isDropIn ? key : undefined),
    },
  });
  const headed = ({ name, query, headers = {} }: HeadShape): Attack => ({
    kind: query === undefined ? 'headers' : 'query',
    name: `${who}, ${name}`,
    sent: {
      url: query === undefined ? address : `${address}?${query}`,
      method: route.method,
      headers: { ...bearer, ...headers },
    },
  });
  return [...(READS_BODIES.has(route.method) ? BODIES.map(bodied) : []), ...HEADS.map(headed)];
}

/** Makes it, and where it held the loop too long four times more: a collection of garbage may fall into one. */
export async function figureOf(watched: Watched, attack: Attack): Promise<Figure> {
  const first = await watched.cost(attack.sent);
  if (first.ms <= HOLD_MS) return { attack, ...first };
  const costs = [first.ms];
  while (costs.length < 5) costs.push((await watched.cost(attack.sent)).ms);
  return { attack, ...first, ms: median(costs) };
}

export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

/** What is wrong with what came back, as a person would tell it. */
export function faultsOf({ attack, ms, status, bytes }: Figure): string[] {
  return [
    ...(ms > HOLD_MS ? [`${attack.name}: held the event loop for ${ms.toFixed()} ms`] : []),
    ...(status >= 500 ? [`${attack.name}: answered ${status}`] : []),
    ...(status >= 400 && bytes > ANSWER_BYTES ? [`${attack.name}: answered ${status} in ${bytes} bytes`] : []),
  ];
}

/** How many of each kind are measured again and told. */
const TOLD = 12;

/** The dearest of each kind, each asked nine times more: the first time pays for what is made once, and one of many meets what others left behind. */
export async function settled(watched: Watched, figures: readonly Figure[]): Promise<Figure[]> {
  const dearest: Figure[] = [];
  for (const kind of ['body', 'query', 'headers'] as const) {
    const some = figures.filter(({ attack }) => attack.kind === kind).sort((a, b) => b.ms - a.ms);
    for (const figure of some.slice(0, 4 * TOLD)) {
      const costs: number[] = [];
      while (costs.length < 9) costs.push((await watched.cost(figure.attack.sent)).ms);
      dearest.push({ ...figure, ms: median(costs) });
    }
  }
  return dearest.sort((a, b) => b.ms - a.ms);
}

/** For people: what the dearest of each kind cost. */
export function summary(figures: readonly Figure[]): string {
  const lines = (kind: Attack['kind']): string[] =>
    figures
      .filter(({ attack }) => attack.kind === kind)
      .slice(0, TOLD)
      .map(({ attack, ms, status, bytes }) => `${ms.toFixed(1).padStart(7)} ms  ${status} ${bytes} B  ${attack.name}`);
  return (['body', 'query', 'headers'] as const).flatMap((kind) => [`${kind}:`, ...lines(kind)]).join('\n');
}

/** What reading 64 KB of JSON takes by itself, in milliseconds: a measure of the machine. */
export function yardstick(): number {
  const text = BODIES[0]!.body();
  const costs = Array.from({ length: 15 }, () => {
    const before = process.cpuUsage();
    JSON.parse(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return median(costs);
}
