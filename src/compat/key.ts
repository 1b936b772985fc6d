import { bodyOf, bodyTooLarge, HEAD_LIMIT } from '../common/request-body';
import { refusal } from '../common/validation';
import { keyIn, kindOf, readDropInBody, type JudgedRequest } from './bodies';
import { keyInHead } from './key-scan';

/**
 * Finds the key in the body, of which it reads 16 KB at most. The body is parsed only where it is not found without.
 * @throws Problem when there is none: CinetPay calls that a missing field, not a wrong key
 */
export async function keyOf(request: JudgedRequest): Promise<string> {
  const body = bodyOf(request);
  const head = await body.readTo(HEAD_LIMIT);
  const { isWhole } = body;
  if (isWhole && head.length === 0) return keyOfWhole(request);
  const text = head.toString('latin1', 0, HEAD_LIMIT);
  const key = keyInHead(text, kindOf(head, request.contentType), isWhole);
  if (key !== undefined) return (request.judgedKey = key);
  if (body.isTooLarge) throw bodyTooLarge();
  if (!isWhole) throw required(`is required in the first ${HEAD_LIMIT / 1024} KB of the body`);
  // It is answered 429 in any case: nothing more is done for it.
  if (request.limits?.isOver(request)) throw required('is required');
  return keyOfWhole(request);
}

async function keyOfWhole(request: JudgedRequest): Promise<string> {
  await readDropInBody(request);
  const apikey = keyIn(request.body);
  if (apikey === undefined) throw required('is required');
  return typeof apikey === 'string' ? apikey : '';
}

function required(detail: string): ReturnType<typeof refusal> {
  return refusal([{ pointer: '/apikey', code: 'required', detail }]);
}
