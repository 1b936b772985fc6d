import { MESSAGES } from '../facts/codes';
import type { Reply } from '../http/exchange';
import type { Simulation } from '../simulation';
import type { Transaction } from '../state/transaction';
import { textOf, type Fields } from './fields';
import { envelope, missing, refused } from './replies';

/** The order whose page asks under a device id. */
export function ofDevice(sim: Simulation, fields: Fields): Transaction | undefined {
  return sim.store.ofDevice(textOf(fields, 'old_device_id') ?? '');
}

/** POST /v2/seamless/device: a page that lost its socket goes on under a new id. It has no key, so it is told 202 whether or not an order waits. */
export function attachDevice(sim: Simulation, fields: Fields): Reply {
  const absent = ['old_device_id', 'new_device_id'].find((name) => textOf(fields, name) === null);
  if (absent !== undefined) return refused(missing(absent), sim.settings);
  const transaction = ofDevice(sim, fields);
  if (transaction) {
    transaction.device_id = textOf(fields, 'new_device_id');
    sim.store.save(transaction);
  }
  return envelope(200, '202', { message: MESSAGES['202'], description: 'The device was attached' });
}
