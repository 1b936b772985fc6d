/** One line of the product made wrong, and the test that has to notice. */
export interface Mutant {
  /** What is sabotaged, as a person would tell it. */
  name: string;
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
  /** The test file that fails, and which of its tests to run (part of their names; all when absent). */
  test: string;
  only?: string;
}

const DECISIONS = 'test/payments/decisions.spec.ts';
const SETTLE = 'src/payments/settle.statements.ts';
const STATEMENTS = 'src/payments/transaction.statements.ts';

export const MUTANTS: Mutant[] = [
  {
    name: 'the amount is not compared',
    file: 'src/payments/check.decision.ts',
    find: '    sameAmount(claim.amount, row.amount) &&\n',
    replace: '',
    test: DECISIONS,
  },
  {
    name: 'the currency is not compared',
    file: 'src/payments/check.decision.ts',
    find: '    claim.currency === row.currency &&\n',
    replace: '',
    test: DECISIONS,
  },
  {
    name: 'no answer to the last check makes a payment expired',
    file: 'src/payments/check.decision.ts',
    find: '      return unanswered(row, context);',
    replace: '      return unpaid(row, context, { isOpen: false });',
    test: DECISIONS,
  },
  {
    name: 'a refused payment is never asked about again',
    file: 'src/payments/schedule.ts',
    find: '      return CHECKS_AFTER_REFUSAL;',
    replace: '      return [];',
    test: 'test/payments/schedule.spec.ts',
  },
  {
    name: 'a wake that comes during a check is lost',
    file: SETTLE,
    find: 'WHEN t.woken_at IS NULL OR ${SAW_WAKES} THEN g.decided_check_at',
    replace: 'WHEN t.woken_at IS NULL OR g.is_check THEN g.decided_check_at',
    test: 'test/reliability/leases.spec.ts',
    only: 'loses no wake',
  },
  {
    name: 'a session keeps the dates that its database writes',
    file: 'src/database/client.ts',
    find: "  datestyle: 'ISO, MDY',\n",
    replace: '',
    test: 'test/database/examination.spec.ts',
    only: 'sets for itself',
  },
  {
    name: 'a full disk leaves the gateway ready',
    file: 'src/health/readiness.ts',
    find: '    await proveWrites(this.sql);\n',
    replace: '',
    test: 'test/database/away.spec.ts',
    only: '53100',
  },
  {
    name: 'a right that was taken is a fault of ours',
    file: 'src/common/storage-fault.ts',
    find: "  '42501': 'it gives our user too few rights',\n",
    replace: '',
    test: 'test/database/away.spec.ts',
    only: '42501',
  },
  {
    name: 'a pooler that shares sessions is taken',
    file: 'src/database/pooler.ts',
    find: '  return others === pid || seen.some((one) => one !== pid);',
    replace: '  return seen.length === 0;',
    test: 'test/database/examination.spec.ts',
    only: 'finds a pooler',
  },
  {
    name: 'a check without an answer ends the wake that asked for it',
    file: SETTLE,
    find: ' AND g.failed_checks = 0) THEN NULL',
    replace: ') THEN NULL',
    test: 'test/notifications/unanswered.spec.ts',
  },
  {
    name: "an order's door that a lost payment holds is waited for",
    file: 'src/payments/payment.service.ts',
    find: '      if (orphan) refuseOrphan(orphan);\n',
    replace: '',
    test: 'test/payments/contention.spec.ts',
    only: 'row is gone',
  },
  {
    name: "an order's door knows open payments only, not paid ones",
    file: STATEMENTS,
    find: 'coalesce(d.paid_transaction_id, d.open_transaction_id)',
    replace: 'd.open_transaction_id',
    test: 'test/payments/repetition.spec.ts',
  },
  {
    name: "the feed's cursor is a serial number that commits out of order",
    file: 'src/events/events.statements.ts',
    find: '`SELECT ${COLUMNS} FROM events WHERE position > $1 ORDER BY position LIMIT $2`',
    replace:
      '`SELECT id, sequence AS position, type, created_at, data FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2`',
    test: 'test/events/publisher.spec.ts',
    only: 'never before a cursor that passed',
  },
  {
    name: 'a refusal after an unclear attempt is final',
    file: 'src/payments/initiation.decision.ts',
    find: '  if (sentBefore) {',
    replace: '  if (sentBefore && row.closed) {',
    test: DECISIONS,
  },
  {
    name: 'an order is sent again under a new id',
    file: 'src/payments/initiation.call.ts',
    find: 'row.wire_body, claim.requestId)',
    replace:
      'claim.sentBefore ? row.wire_body.replaceAll(row.transaction_id, `${row.transaction_id}R`) : row.wire_body, claim.requestId)',
    test: 'test/reliability/crash-points.spec.ts',
    only: 'after-call',
  },
  {
    name: 'an event that was written but never sent is taken for sent',
    file: 'src/webhooks/claim.statements.ts',
    find: "const DUE = `status = 'pending' AND",
    replace: "const DUE = `lease_number = 0 AND status = 'pending' AND",
    test: 'test/webhooks/claims.spec.ts',
  },
  {
    name: 'a write under an old lease is taken',
    file: SETTLE,
    find: ' AND (g.lease IS NULL OR t.lease_number = g.lease)',
    replace: '',
    test: 'test/reliability/leases.spec.ts',
    only: 'refuses a write under an old number',
  },
  {
    name: 'a write that its group left out is taken for written',
    file: 'src/database/grouping.ts',
    find: 'if (!written.has(key)) return true;',
    replace: '',
    test: 'test/payments/groups.spec.ts',
  },
  {
    name: 'CinetPay is called before the row is committed',
    file: 'src/payments/payment.service.ts',
    find: '    const claim = await this.insert(transaction);',
    replace:
      "    const claim = (await this.initiation['client'].initiate(this.sites.get(transaction.site_id), transaction.transaction_id, transaction.wire_body), await this.insert(transaction));",
    test: 'test/payments/saved-first.spec.ts',
  },
  {
    name: "a notification's token is compared with ==, as text",
    file: 'src/cinetpay/signature.ts',
    find: 'timingSafeEqual(given, digest(form, secret.reveal())))',
    replace: "token == digest(form, secret.reveal()).toString('hex'))",
    test: 'test/cinetpay/notification.spec.ts',
  },
  {
    name: 'an empty secret verifies',
    file: 'src/cinetpay/signature.ts',
    find: "secret.reveal() !== '' && ",
    replace: '',
    test: 'test/cinetpay/notification.spec.ts',
  },
  {
    name: 'a pause is not seen by the other replicas',
    file: 'src/cinetpay/budget.statements.ts',
    find: "      WHEN pause_cause IS NOT NULL AND coalesce(paused_until, 'infinity') > now THEN 'paused'\n",
    replace: '',
    test: 'test/cinetpay/budget.spec.ts',
    only: 'stops every replica',
  },
  {
    name: 'two payments of one order are both the one that paid it',
    file: 'src/payments/transaction.store.ts',
    find: 'settlement = decide(paidBy !== null && paidBy !== row.transaction_id);',
    replace: 'settlement = decide(paidBy === undefined);',
    test: 'test/payments/care.spec.ts',
  },
  {
    name: 'a connection that is lost in use ends the process',
    file: 'src/database/client.ts',
    find: "    this.on('error', () => undefined);\n",
    replace: '',
    test: 'test/database/connections.spec.ts',
    only: 'lost inside a transaction',
  },
  {
    name: 'a rejected payment that a person keeps open is never asked about again',
    file: 'src/payments/schedule.ts',
    find: "    case 'rejected':\n      return LATE_CHECKS;\n",
    replace: "      return LATE_CHECKS;\n    case 'rejected':\n",
    test: 'test/payments/decisions.properties.spec.ts',
    only: 'a person who keeps it open',
  },
  {
    name: 'a payment is shown to anybody',
    file: 'src/payments/payment.questions.ts',
    find: '(seesAll(caller) || row.caller === caller.name)',
    replace: '(seesAll(caller) || row.caller !== undefined)',
    test: 'test/payments/list.spec.ts',
    only: "another caller's payment",
  },
  {
    name: 'a new order overtakes those that wait for the budget',
    file: 'src/payments/payment.service.ts',
    find: 'claim.olderWait ? await this.standInLine(claim) : await',
    replace: 'await',
    test: 'test/reconciliation/precedence.spec.ts',
  },
  {
    name: 'a webhook goes to wherever a name leads when it connects',
    file: 'src/webhooks/address.guard.ts',
    find: '(await this.addressesOf(host)).filter(({ address }) => !this.refuses(address, host));',
    replace: 'await this.addressesOf(host);',
    test: 'test/webhooks/ssrf.spec.ts',
  },
  {
    name: 'an object in a form is copied for each of its names',
    file: 'src/compat/fields.ts',
    find: 'if (object.size < MAX_PARTS) objects.set(outer, object.set(inner, body[name]));',
    replace: 'objects.set(outer, new Map([...object]).set(inner, body[name]));',
    test: 'test/compat/fields.spec.ts',
  },
  {
    name: 'each unknown name of a body is described, though 20 are told',
    file: 'src/common/field-faults.ts',
    find: 'if (this.names++ < MAX_TOLD) this.ofNames.push(fault());',
    replace: 'this.ofNames = [...this.ofNames, fault()];\n    this.names++;',
    test: 'test/security/cost.spec.ts',
    only: 'POST /v1/payments with a key',
  },
  {
    name: 'the boundary of a form may have any length',
    file: 'src/cinetpay/multipart.ts',
    find: "boundary === '' || boundary.length > MAX_BOUNDARY",
    replace: "boundary === ''",
    test: 'test/security/cost.spec.ts',
    only: 'POST /v2/payment without a key',
  },
  {
    name: 'two lines of Idempotency-Key are joined into another key',
    file: 'src/app.repeated-headers.ts',
    find: "'idempotency-key', 'origin'",
    replace: "'origin'",
    test: 'test/app.repeated-headers.spec.ts',
  },
  {
    name: "a payment's history is shown to every caller",
    file: 'src/history/history.service.ts',
    find: '(seesAll(caller) || owner.caller === caller.name)',
    replace: '(seesAll(caller) || owner.caller !== undefined)',
    test: 'test/auth/access.spec.ts',
  },
  {
    name: 'an answer may be kept by caches',
    file: 'src/app.headers.ts',
    find: '...helmetHeaders(https), ...NO_STORE',
    replace: '...helmetHeaders(https)',
    test: 'test/auth/access.spec.ts',
  },
  {
    name: 'a port in X-Forwarded-For makes each connection a new client',
    file: 'src/common/client-address.ts',
    find: '    ips\n      .toReversed()\n      .map(readAddress)',
    replace: '    ips\n      .toReversed()\n      .map((written) => written)',
    test: 'test/throttling/addresses.spec.ts',
  },
  {
    name: 'what a stranger fails by before its key is looked at is not counted',
    file: 'src/throttling/entrance.guard.ts',
    find: 'fault.status >= 500',
    replace: "fault.kind !== 'unauthorized'",
    test: 'test/throttling/entrance.spec.ts',
    only: 'a form without apikey',
  },
  {
    name: 'a second key in the rest of a body goes unseen',
    file: 'src/compat/bodies.ts',
    find: 'if (judgedKey !== undefined && keyIn(request.body) !== judgedKey)',
    replace: 'if (judgedKey === undefined && keyIn(request.body) !== judgedKey)',
    test: 'test/throttling/entrance.spec.ts',
    only: 'a second key hides',
  },
];
