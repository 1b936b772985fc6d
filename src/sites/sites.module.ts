import { Module } from '@nestjs/common';
import { Sites } from './sites.service';

/** The CinetPay accounts and the choice of one. */
@Module({ providers: [Sites], exports: [Sites] })
export class SitesModule {}
