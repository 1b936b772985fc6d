/** Why a site is paused: by itself, or by an operator. */
export const PAUSE_CAUSES = ['throttled', 'unreachable', 'blocked', 'credentials', 'operator'] as const;
export type PauseCause = (typeof PAUSE_CAUSES)[number];

/** A pause as others may see it. */
export interface SitePause {
  cause: PauseCause;
  /** When it ends or is tried; null: an operator has to resume it. */
  until: Date | null;
}

/** A pause and why: for operators. */
export interface SiteState extends SitePause {
  reason: string | null;
  /** null: from before this was noted. */
  since: Date | null;
}
