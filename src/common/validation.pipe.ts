import type { PipeTransform } from '@nestjs/common';
import type { ClassConstructor } from 'class-transformer';
import { validated, type ValidationOptions } from './validation';

/** For `@Body(BodyPipe(Class))`: the body as an instance of the class, or every fault of it. */
export function BodyPipe<T extends object>(Class: ClassConstructor<T>, options?: ValidationOptions): PipeTransform {
  return { transform: (body: unknown) => validated(Class, body, options) };
}

/** For `@Query(QueryPipe(Class))`: likewise; an empty parameter counts as left out, and a repeated one is a fault of type. */
export function QueryPipe<T extends object>(Class: ClassConstructor<T>): PipeTransform {
  return { transform: (query: unknown) => validated(Class, query, { isLeftOut: (value) => value === '' }) };
}
