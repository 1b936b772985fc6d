import type { FastifyRequest } from 'fastify';
import { refusal } from '../common/validation';
import { fieldsOf } from './fields';

const PLACE = new Set(['apikey']);

/** Finds the key in the body. @throws Problem when there is none: CinetPay calls that a missing field, not a wrong key */
export function keyOf({ body }: FastifyRequest): string {
  const { apikey } = fieldsOf(body, PLACE);
  if (apikey === undefined) throw refusal([{ pointer: '/apikey', code: 'required', detail: 'is required' }]);
  return typeof apikey === 'string' ? apikey : '';
}
