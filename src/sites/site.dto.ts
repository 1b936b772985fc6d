import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { MaxLength } from '../common/lengths';
import { CURRENCIES, type Currency } from '../common/money';
import { PAUSE_CAUSES, type PauseCause } from './site-state';

/** Why a site is paused. */
export class PauseSiteDto {
  /** For whoever resumes it; at most 255 characters. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  reason?: string;
}

/** CinetPay is not called in the site's name. */
export class SitePauseDto {
  /**
   * throttled: CinetPay answered 429. unreachable: it could not be reached. blocked: it was answered for by something else (HTML 4xx).
   * credentials: it refused ours. operator: somebody paused it. New orders get 202 during the first two, 503 during the others.
   */
  @ApiProperty({ enum: PAUSE_CAUSES })
  cause!: PauseCause;
  /** What CinetPay answered, or what the operator said. */
  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;
  /** When one call tries whether it is over; null for an operator's, which ends by resume only. */
  @ApiProperty({ type: Date, nullable: true })
  until!: Date | null;
  @ApiProperty({ type: Date, nullable: true })
  since!: Date | null;
}

/** A CinetPay site of the configuration, without its credentials. */
export class SiteDto {
  site_id!: string;
  name!: string;
  @ApiProperty({ enum: CURRENCIES })
  currency!: Currency;
  /** Chosen when several sites take an order's currency. */
  default!: boolean;
  /** Smallest order, in whole currency units. */
  min_amount!: number;
  /** Largest order, in whole currency units. */
  max_amount!: number;
  /** Whether its apikey may be shown to browsers. */
  seamless!: boolean;
  /** Who may use it; null: all callers. */
  @ApiProperty({ type: String, isArray: true, nullable: true })
  callers!: string[] | null;
  /** null: orders come in and CinetPay is called. */
  @ApiProperty({ type: SitePauseDto, nullable: true })
  paused!: SitePauseDto | null;
}

export class SitePageDto {
  data!: SiteDto[];
  /** Always null: all sites are on one page. */
  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
