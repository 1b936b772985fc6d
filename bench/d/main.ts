import 'reflect-metadata';
import { HttpModule } from '@nestjs/axios';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { endWithParent } from '../child';
import { History, Notification, PaymentEvent, Transaction } from './entities';
import { PaymentsController } from './payments.controller';
import { PaymentsService } from './payments.service';

const ENTITIES = [Transaction, History, PaymentEvent, Notification];

/** D, the tutorials' peer: Nest as it comes (Express, its logger), repositories with `save()`, axios as it comes. */
@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL,
      entities: ENTITIES,
      synchronize: true,
    }),
    TypeOrmModule.forFeature(ENTITIES),
    HttpModule,
  ],
  controllers: [PaymentsController],
  providers: [PaymentsService],
})
class AppModule {}

/**
 * `@nestjs/platform-express` under a name of its own: under its real one npm takes it for the optional peer of `@nestjs/core`, and Express would
 * come into every production install.
 */
const EXPRESS: string = 'express-for-bench';

async function main(): Promise<void> {
  const { ExpressAdapter } = (await import(EXPRESS)) as { ExpressAdapter: new () => AbstractHttpAdapter };
  const app = await NestFactory.create(AppModule, new ExpressAdapter());
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  await app.listen(Number(process.env.PORT), '127.0.0.1');
}

endWithParent();
void main();
