import { Module } from '@nestjs/common';
import { SiteStates } from './site-states';
import { Sites } from './sites.service';

/** The CinetPay accounts, the choice of one, and their pauses. */
@Module({ providers: [Sites, SiteStates], exports: [Sites, SiteStates] })
export class SitesModule {}
