import { hmac, type Secret } from '../common/secret';

/** How long the former secret goes on signing after a rotation (contract): 24 hours. */
export const ROTATION_HOURS = 24;

/** Which secrets of an endpoint are live. */
export interface SecretState {
  endpoint_id: string;
  secret_version: number;
  /** Until when the version before signs too. */
  previous_secret_until: Date | null;
}

/**
 * The secret of an endpoint as its owner gets it: `whsec_` and 32 bytes in base64. Derived from the pepper, so that the
 * database holds none (docs/decisions/0003).
 */
export function webhookSecret(pepper: Secret, endpointId: string, version: number): string {
  return `whsec_${secretBytes(pepper, endpointId, version).toString('base64')}`;
}

/** The keys that sign a delivery at this time, the newest first. */
export function signingKeys(pepper: Secret, state: SecretState, now: Date): Buffer[] {
  const { endpoint_id, secret_version, previous_secret_until } = state;
  const keys = [secretBytes(pepper, endpoint_id, secret_version)];
  if (previous_secret_until && previous_secret_until > now)
    keys.push(secretBytes(pepper, endpoint_id, secret_version - 1));
  return keys;
}

function secretBytes(pepper: Secret, endpointId: string, version: number): Buffer {
  return hmac(pepper.reveal(), `webhook:${endpointId}:${version}`);
}
