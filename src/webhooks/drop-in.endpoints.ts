import { Injectable } from '@nestjs/common';
import { newId } from '../common/ids';
import { refusal } from '../common/validation';
import { Sql } from '../database/sql';
import { AddressGuard } from './address.guard';
import { ENSURE_DROP_IN, FIND_DROP_IN } from './endpoint.statements';

/** The `notify_url`s of drop-in orders as endpoints: one per caller and URL, which no list of endpoints shows. */
@Injectable()
export class DropInEndpoints {
  constructor(
    private readonly sql: Sql,
    private readonly guard: AddressGuard,
  ) {}

  /**
   * The id of the endpoint of a `notify_url`, made when this caller's order names it for the first time. What its name
   * resolves to is left to the connect: an order must not wait for a name server.
   * @throws Problem `validation_failed`, pointing to `/notify_url`, when the URL can never be reached
   */
  async ensure(caller: string, notifyUrl: string): Promise<string> {
    const fault = this.guard.faultOf(notifyUrl);
    if (fault) throw refusal([{ pointer: '/notify_url', ...fault }]);
    const [known] = await this.sql.rows<{ id: string }>(FIND_DROP_IN, [caller, notifyUrl]);
    if (known) return known.id;
    const [made] = await this.sql.rows<{ id: string }>(ENSURE_DROP_IN, [caller, notifyUrl, newId()]);
    return made!.id;
  }
}
