import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BudgetModule } from '../cinetpay/budget.module';
import { CinetpayModule } from '../cinetpay/cinetpay.module';
import { SitesModule } from '../sites/sites.module';
import { Admission } from './admission';
import { PaymentCare } from './care';
import { InitiationCall } from './initiation.call';
import { Leases } from './leases';
import { PaymentList } from './payment.list';
import { PaymentQuestions } from './payment.questions';
import { PaymentService } from './payment.service';
import { PaymentsController } from './payments.controller';
import { Rejections } from './rejections';
import { Transaction } from './transaction.entity';
import { TransactionStore } from './transaction.store';
import { TransactionWrites } from './transaction.writes';
import { Verification } from './verification';

/** Payments: started, asked about, looked after. */
@Module({
  imports: [TypeOrmModule.forFeature([Transaction]), CinetpayModule, BudgetModule, SitesModule],
  controllers: [PaymentsController],
  providers: [
    ...[Admission, InitiationCall, Leases, PaymentCare, PaymentList, PaymentQuestions, PaymentService],
    ...[Rejections, TransactionStore, TransactionWrites, Verification],
  ],
  exports: [InitiationCall, PaymentQuestions, PaymentService, Rejections, TransactionStore, Verification],
})
export class PaymentsModule {}
