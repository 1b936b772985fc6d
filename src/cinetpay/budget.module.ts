import { Module } from '@nestjs/common';
import { Budget } from './budget';

@Module({ providers: [Budget], exports: [Budget] })
export class BudgetModule {}
