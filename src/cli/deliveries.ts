import type { INestApplicationContext } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { Deliveries } from '../webhooks/deliveries.service';
import { Misused, type Scene } from './scene';

const OPERATOR: Caller = { name: 'operator', scopes: ['admin'], keyId: 'cli' };

/** `deliveries retry <id>`: due now, with the whole schedule before it; a running gateway sends it. */
export async function retryDelivery(app: INestApplicationContext, { args, print }: Scene): Promise<void> {
  if (args[0] === undefined) throw new Misused('This needs the id of a delivery.');
  print(JSON.stringify(await app.get(Deliveries).retry(args[0], OPERATOR), undefined, 2));
}
