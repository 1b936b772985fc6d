import type { Language } from './words';

/** Why a payment was refused and what the customer can do, in French and in English. */
type Reason = Record<Language, string>;

const OTHER_MEANS: Reason = {
  fr: 'Attendez un peu, ou choisissez un autre moyen de paiement, puis recommencez depuis la boutique.',
  en: 'Wait a little, or choose another means of payment, then start again from the shop.',
};

const LIMITS: Record<string, Reason> = {
  '807': { fr: 'le nombre de paiements par jour', en: 'the number of payments a day' },
  '808': { fr: 'le montant par jour', en: 'the amount a day' },
  '809': { fr: 'le montant par mois', en: 'the amount a month' },
  '810': { fr: 'le nombre de paiements par mois', en: 'the number of payments a month' },
  '811': { fr: 'le montant par semaine', en: 'the amount a week' },
  '812': { fr: 'le nombre de paiements par semaine', en: 'the number of payments a week' },
};

/** By CinetPay's code of a refused payment (docs/cinetpay.md, codes). The one place for these words. */
const REASONS: Record<string, Reason> = {
  '600': {
    fr: 'L’opérateur n’a pas fait ce paiement. Vous pouvez recommencer depuis la boutique.',
    en: 'The operator did not make this payment. You can start again from the shop.',
  },
  '602': {
    fr: 'Le solde de votre compte ne suffit pas. Rechargez-le ou choisissez un autre moyen de paiement, puis recommencez depuis la boutique.',
    en: 'Your account balance is too low. Top it up or choose another means of payment, then start again from the shop.',
  },
  '603': {
    fr: `Le service de paiement n’était pas disponible. ${OTHER_MEANS.fr}`,
    en: `The payment service was not available. ${OTHER_MEANS.en}`,
  },
  '604': {
    fr: 'Le code de validation était faux ou trop ancien. Demandez un nouveau code à votre opérateur, puis recommencez depuis la boutique.',
    en: 'The validation code was wrong or too old. Ask your operator for a new code, then start again from the shop.',
  },
  '606': {
    fr: 'L’opérateur a refusé : le code était faux, le solde trop bas, ou le même montant vient déjà d’être payé avec ce numéro. Vérifiez votre solde avant de recommencer.',
    en: 'The operator refused: the code was wrong, the balance too low, or this number has just paid the same amount. Check your balance before you start again.',
  },
  '625': {
    fr: 'Le délai de ce paiement est dépassé. Recommencez depuis la boutique.',
    en: 'The time for this payment is over. Start again from the shop.',
  },
  '635': {
    fr: 'L’opérateur ne connaît pas ce numéro de téléphone. Vérifiez-le, puis recommencez depuis la boutique.',
    en: 'The operator does not know this phone number. Check it, then start again from the shop.',
  },
  '636': {
    fr: 'Ce numéro de téléphone n’appartient pas à l’opérateur choisi. Choisissez le bon opérateur, puis recommencez depuis la boutique.',
    en: 'This phone number is not of the chosen operator. Choose the right operator, then start again from the shop.',
  },
  '641': {
    fr: 'Le montant est trop petit pour ce moyen de paiement. Choisissez-en un autre depuis la boutique.',
    en: 'The amount is too small for this means of payment. Choose another one from the shop.',
  },
  '642': {
    fr: 'Le montant est trop grand pour ce moyen de paiement. Choisissez-en un autre depuis la boutique.',
    en: 'The amount is too large for this means of payment. Choose another one from the shop.',
  },
  '804': {
    fr: `L’opérateur choisi n’est pas disponible en ce moment. ${OTHER_MEANS.fr}`,
    en: `The chosen operator is not available at the moment. ${OTHER_MEANS.en}`,
  },
  ...Object.fromEntries(
    Object.entries(LIMITS).map(([code, { fr, en }]) => [
      code,
      {
        fr: `Votre compte a atteint une limite de l’opérateur : ${fr}. ${OTHER_MEANS.fr}`,
        en: `Your account has reached a limit of the operator: ${en}. ${OTHER_MEANS.en}`,
      },
    ]),
  ),
};

/** The codes that have words of their own. */
export const EXPLAINED_CODES: readonly string[] = Object.keys(REASONS);

const CODE = /^\d{1,10}\b/;

/**
 * Why a payment was refused, in the customer's words.
 * @param statusReason CinetPay's "CODE MESSAGE", or a word of ours
 * @returns undefined where CinetPay named no code: the page has a general sentence for that
 */
export function refusalReason(statusReason: string | null, language: Language): string | undefined {
  const code = CODE.exec(statusReason ?? '')?.[0];
  if (code === undefined) return undefined;
  return REASONS[code]?.[language] ?? unknown(code)[language];
}

function unknown(code: string): Reason {
  return {
    fr: `CinetPay a refusé ce paiement (code ${code}). Vous pouvez recommencer depuis la boutique, ou choisir un autre moyen de paiement.`,
    en: `CinetPay refused this payment (code ${code}). You can start again from the shop, or choose another means of payment.`,
  };
}
