import { Module } from '@nestjs/common';
import { SitesModule } from '../sites/sites.module';
import { ForgettingWorker } from './forgetting.worker';
import { InvalidLimit } from './invalid-limit';
import { NotificationStore } from './notification.store';
import { NotifyController } from './notify.controller';

/** CinetPay in: keep it raw, ask now. */
@Module({
  imports: [SitesModule],
  controllers: [NotifyController],
  providers: [NotificationStore, InvalidLimit, ForgettingWorker],
})
export class NotificationsModule {}
