import type { INestApplicationContext } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { History } from '../history/history.service';
import { paymentJson } from '../payments/payment.json';
import { PaymentQuestions } from '../payments/payment.questions';
import type { Scene } from './scene';

const OPERATOR: Caller = { name: 'operator', scopes: ['admin'], keyId: 'cli' };

/** `payments show <transaction_id>`: JSON, as the API shows it. */
export async function showPayment(app: INestApplicationContext, scene: Scene): Promise<void> {
  const id = scene.positionals[0]!;
  const row = await app.get(PaymentQuestions).find(id, OPERATOR);
  const history = await app.get(History).of(id, OPERATOR);
  scene.print(JSON.stringify({ payment: paymentJson(row, scene.config.publicUrl), history }, undefined, 2));
}

/** `payments verify <transaction_id>`: asks CinetPay now, inside the budget. */
export async function verifyPayment(app: INestApplicationContext, scene: Scene): Promise<void> {
  const questions = app.get(PaymentQuestions);
  const { row, isAnswered } = await questions.verify(await questions.find(scene.positionals[0]!, OPERATOR));
  scene.print(JSON.stringify(paymentJson(row, scene.config.publicUrl), undefined, 2));
  if (!isAnswered) scene.print('CinetPay was not asked or gave no answer just now; the payment is asked about soon.');
}
