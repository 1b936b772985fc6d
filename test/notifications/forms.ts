import { encodeForm } from '../../simulator/notify/form';
import { xToken, type NotificationForm } from '../../simulator/notify/x-token';
import { DEMO_SITES } from '../../simulator/state/settings';
import { request, type Answer, type TestGateway } from '../support/gateway';

/** The site of every XOF order here, and another one. */
export const [SITE, OTHER_SITE] = DEMO_SITES as [(typeof DEMO_SITES)[0], (typeof DEMO_SITES)[0]];

/** What CinetPay says of a paid order, as the simulator would write it. */
export function formOf(id: string, changes: Partial<NotificationForm> = {}): NotificationForm {
  return {
    ...{ cpm_site_id: SITE.site_id, cpm_trans_id: id, cpm_trans_date: '2026-11-02 08:00:00', cpm_amount: '2500' },
    ...{
      cpm_currency: 'XOF',
      signature: 'ab12',
      payment_method: 'OM',
      cel_phone_num: '0504315545',
      cpm_phone_prefixe: '225',
    },
    ...{
      cpm_language: 'fr',
      cpm_version: 'V4',
      cpm_payment_config: 'Single',
      cpm_page_action: 'Payment',
      cpm_custom: '',
    },
    ...{ cpm_designation: 'Order 1234', cpm_error_message: 'SUCCES' },
    ...changes,
  };
}

/** Posts a form as CinetPay does; `token` false sends none. */
export function notify(
  { url }: Pick<TestGateway, 'url'>,
  form: NotificationForm,
  token: string | false = xToken(form, SITE.secret_key),
): Promise<Answer> {
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (token !== false) headers['x-token'] = token;
  return request('POST', `${url}/cinetpay/notify`, encodeForm(form), headers);
}
