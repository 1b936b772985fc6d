import { Controller, Get, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../auth/caller';
import { CheckoutService } from './checkout.service';
import { redirect, sendPage } from './page';
import { PageFilter } from './page.filter';
import { resultPage, returnPage } from './pages';
import { returnTarget } from './return-target';

/**
 * Where CinetPay sends the customer's browser in the end. Whatever the request says, it only makes the service ask CinetPay;
 * the browser goes where the order said when it was saved.
 */
@ApiExcludeController()
@Public()
@UseFilters(PageFilter)
@Controller('checkout/:token/return')
export class ReturnController {
  constructor(private readonly checkout: CheckoutService) {}

  /** A browser says that it takes pages; CinetPay's ping does not, and gets its 200 without any work. */
  @Get()
  async visit(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const isBrowser = request.method === 'GET' && /\btext\/html\b/i.test(request.headers.accept ?? '');
    if (isBrowser) return this.goBack(token, request, reply);
    void reply.code(200).send();
  }

  @Post()
  async arrive(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.goBack(token, request, reply);
  }

  private async goBack(token: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { order, view } = await this.checkout.look(token);
    await this.checkout.wake(order.row);
    const target = returnTarget(order.row);
    if (target === null) return sendPage(reply, resultPage(order, view, `${order.path}/result`));
    const needsPage = order.row.origin === 'drop_in' || isFramed(request);
    if (needsPage) return sendPage(reply, returnPage(order, target));
    redirect(reply, target);
  }
}

// Whoever frames us decides: the shop's own page takes its return_url in the frame, ours shows the end around it.
function isFramed(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-dest'] === 'iframe';
}
