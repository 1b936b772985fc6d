import { ATTACHED } from './codes';
import { factsOf, readEnvelope, unanswered, type Envelope, type Facts, type RawAnswer, type Without } from './envelope';
import type { DeviceOutcome } from './outcomes';

/** What CinetPay's answer to another device of a page means. It says nothing of the payment. */
export function readDevice(raw: RawAnswer, apikey: string): { outcome: Without<DeviceOutcome>; facts: Facts } {
  const envelope = readEnvelope(raw.text);
  return { outcome: conclude(raw, envelope), facts: factsOf(raw.status, envelope, apikey) };
}

function conclude(raw: RawAnswer, envelope: Envelope | undefined): Without<DeviceOutcome> {
  const none = unanswered(raw, envelope);
  // A page of the edge about this route is no word about the site's payments.
  if (none) return none.kind === 'blocked' ? { kind: 'unclear' } : none;
  if (raw.status >= 500) return { kind: 'unclear' };
  return { kind: envelope!.code === ATTACHED ? 'attached' : 'unattached' };
}
