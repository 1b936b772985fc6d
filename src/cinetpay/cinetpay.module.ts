import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { Config } from '../config/config';
import { CinetpayClient } from './cinetpay.client';
import { httpOptions } from './http-options';
import { UndiciAdapter } from './undici.adapter';

const adapter = {
  provide: UndiciAdapter,
  inject: [Config],
  useFactory: (config: Config): UndiciAdapter => new UndiciAdapter(config.cinetpayTimeoutMs),
};

/** Everything that speaks to CinetPay. */
@Module({
  imports: [HttpModule.registerAsync({ extraProviders: [adapter], inject: [UndiciAdapter], useFactory: httpOptions })],
  providers: [CinetpayClient],
  exports: [CinetpayClient],
})
export class CinetpayModule {}
