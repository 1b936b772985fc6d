/** Why a site is paused: by itself, or by an operator. */
export type PauseCause = 'throttled' | 'unreachable' | 'blocked' | 'credentials' | 'operator';

/** A pause as others may see it. */
export interface SitePause {
  cause: PauseCause;
  /** When it ends or is tried; null: an operator has to resume it. */
  until: Date | null;
}
