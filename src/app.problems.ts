import { noteProblem } from './common/problem-request';
import { sendProblem, type SendProblem } from './common/problem.filter';
import { isDropIn, sendFault } from './compat/faults';

/** Clients of the drop-in API read CinetPay's envelope, everybody else problem documents. */
export const answerProblem: SendProblem = (request, reply, problem) => {
  noteProblem(request, problem);
  (isDropIn(request.url) ? sendFault : sendProblem)(request, reply, problem);
};
