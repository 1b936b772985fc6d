import { Module } from '@nestjs/common';
import { HistoryController } from './history.controller';
import { History } from './history.service';

/** One payment's story, read from the other folders' tables. */
@Module({ controllers: [HistoryController], providers: [History] })
export class HistoryModule {}
