import type { INestApplicationContext } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { Deliveries } from '../webhooks/deliveries.service';
import type { Scene } from './scene';

const OPERATOR: Caller = { name: 'operator', scopes: ['admin'], keyId: 'cli' };

/** `deliveries retry <id>`: due now, with the whole schedule before it; a running gateway sends it. */
export async function retryDelivery(app: INestApplicationContext, scene: Scene): Promise<void> {
  scene.print(JSON.stringify(await app.get(Deliveries).retry(scene.positionals[0]!, OPERATOR), undefined, 2));
}
