import { Controller, Get, Param, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/caller';
import { CheckoutService, type Looked } from './checkout.service';
import { redirect, sendPage, type Page } from './page';
import { PageFilter } from './page.filter';
import { inlinePage, resultPage, waitingPage } from './pages';
import { SeamlessService } from './seamless.service';

/** The pages a customer sees before and after CinetPay's counter. Opening one changes nothing. */
@ApiExcludeController()
@Public()
@UseFilters(PageFilter)
@Controller('checkout/:token')
export class CheckoutController {
  constructor(
    private readonly checkout: CheckoutService,
    private readonly seamless: SeamlessService,
  ) {}

  /** Where every order starts: on to its counter, as soon as there is one and it may still be paid. */
  @Get()
  async start(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const { order, view } = await this.checkout.look(token);
    const { payment_url } = order.row;
    if (view === 'counter' && payment_url !== null) return redirect(reply, payment_url);
    sendPage(reply, this.startPage({ order, view }));
  }

  /** The counter inside a page of ours. */
  @Get('inline')
  async inline(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const { order, view } = await this.checkout.look(token);
    const { payment_url } = order.row;
    if (view === 'counter' && payment_url !== null) return sendPage(reply, inlinePage(order, payment_url));
    sendPage(
      reply,
      isWaiting(view) ? waitingPage(order, view, `${order.path}/inline`) : this.startPage({ order, view }),
    );
  }

  /** CinetPay's script opens its window over a page of ours. */
  @Get('seamless')
  async seamlessStart(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const looked = await this.checkout.look(token);
    // It has a link, or will: its counter is not the script's.
    if (looked.order.row.integration !== 'seamless') return redirect(reply, looked.order.path);
    sendPage(reply, this.startPage(looked));
  }

  /** How it ended. Unlike the start it never leads back to the counter. */
  @Get('result')
  async result(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const { order, view } = await this.checkout.look(token);
    sendPage(reply, resultPage(order, view, `${order.path}/result`));
  }

  private startPage({ order, view }: Looked): Page {
    if (view === 'seamless') return this.seamless.pageOf(order);
    return isWaiting(view) ? waitingPage(order, view, order.path) : resultPage(order, view, order.path);
  }
}

function isWaiting(view: Looked['view']): boolean {
  return view === 'waiting' || view === 'waiting_long';
}
