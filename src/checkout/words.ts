import type { View } from './view';

/** The languages of the pages. */
export type Language = 'fr' | 'en';

/** A title and what it means for the customer. */
interface Message {
  title: string;
  text: string;
}

/** Everything a page says. */
export interface Words {
  results: Record<Exclude<View, 'counter' | 'seamless' | 'waiting' | 'waiting_long'> | 'confirming', Message>;
  waiting: Message;
  waitingLong: Message;
  seamless: Message;
  seamlessClosed: Message;
  seamlessFailed: Message;
  seamlessBlocked: Message;
  seamlessOff: Message;
  returning: Message;
  unknown: Message;
  broken: Message;
  needsScript: string;
  /** The names of a receipt's lines. */
  reference: string;
  orderReference: string;
  paidAt: string;
  method: string;
  operatorId: string;
  goOn: string;
  retry: string;
  resume: string;
  toShop: string;
  fullPage: string;
  counter: string;
}

const FRENCH: Words = {
  results: {
    accepted: { title: 'Paiement accepté', text: 'Votre paiement est bien arrivé. Merci !' },
    refused: {
      title: 'Paiement refusé',
      text: 'Le paiement n’a pas abouti. Vous pouvez recommencer depuis la boutique.',
    },
    cancelled: { title: 'Paiement annulé', text: 'Vous avez annulé ce paiement. Rien n’a été encaissé.' },
    expired: {
      title: 'Délai dépassé',
      text: 'Ce paiement n’a pas été fait à temps. Si vous avez déjà payé, votre paiement sera reconnu dès que CinetPay le confirme.',
    },
    rejected: {
      title: 'Paiement impossible',
      text: 'Ce paiement n’a pas pu être ouvert. Rien n’a été débité. Recommencez depuis la boutique.',
    },
    closed: {
      title: 'Lien fermé',
      text: 'La boutique a fermé ce lien de paiement. Si vous avez déjà payé, votre paiement sera reconnu.',
    },
    paid_otherwise: {
      title: 'Commande déjà payée',
      text: 'Cette commande est déjà réglée. Ne payez pas une seconde fois.',
    },
    review: {
      title: 'Paiement en cours de vérification',
      text: 'CinetPay annonce un paiement qui ne correspond pas à la commande. La boutique vérifie. Ne payez pas une seconde fois.',
    },
    confirming: {
      title: 'Confirmation en cours',
      text: 'Nous attendons la confirmation de CinetPay. Cette page se met à jour d’elle-même. Si votre opérateur vous demande de valider, faites-le sur votre téléphone.',
    },
  },
  waiting: { title: 'Un instant…', text: 'Nous préparons votre paiement. La page de paiement s’ouvre d’elle-même.' },
  waitingLong: {
    title: 'Encore un peu de patience',
    text: 'CinetPay met plus de temps que d’habitude à répondre. Rien n’a été débité. Gardez cette page ouverte, ou revenez plus tard par le même lien.',
  },
  seamless: { title: 'Votre paiement', text: 'La fenêtre de paiement de CinetPay s’ouvre sur cette page.' },
  seamlessClosed: {
    title: 'Fenêtre fermée',
    text: 'Si vous avez payé, cette page l’affichera d’elle-même. Sinon, vous pouvez reprendre.',
  },
  seamlessFailed: { title: 'CinetPay a répondu par une erreur', text: 'Vous pouvez réessayer.' },
  seamlessBlocked: {
    title: 'La fenêtre de paiement ne s’ouvre pas',
    text: 'Le script de CinetPay n’a pas pu être chargé. Vérifiez votre connexion ou votre bloqueur de publicités, puis réessayez.',
  },
  seamlessOff: {
    title: 'Paiement indisponible ici',
    text: 'La boutique n’accepte plus ce mode de paiement. Recommencez depuis la boutique.',
  },
  returning: { title: 'Merci', text: 'Un instant, vous retournez à la boutique.' },
  unknown: {
    title: 'Paiement introuvable',
    text: 'Ce lien est incomplet ou n’existe pas. Reprenez-le depuis la boutique.',
  },
  broken: {
    title: 'Service momentanément indisponible',
    text: 'Votre paiement n’est pas perdu. Réessayez dans quelques instants.',
  },
  needsScript: 'Cette page a besoin de JavaScript. Activez-le, puis rechargez la page.',
  reference: 'Référence',
  orderReference: 'Commande',
  paidAt: 'Payé le',
  method: 'Moyen de paiement',
  operatorId: 'N° de l’opérateur',
  goOn: 'Continuer',
  retry: 'Réessayer',
  resume: 'Reprendre le paiement',
  toShop: 'Retour à la boutique',
  fullPage: 'Ouvrir en pleine page',
  counter: 'Guichet de paiement CinetPay',
};

const ENGLISH: Words = {
  results: {
    accepted: { title: 'Payment accepted', text: 'Your payment has arrived. Thank you!' },
    refused: { title: 'Payment refused', text: 'The payment did not go through. You can try again from the shop.' },
    cancelled: { title: 'Payment cancelled', text: 'You cancelled this payment. Nothing was collected.' },
    expired: {
      title: 'Out of time',
      text: 'This payment was not made in time. If you have already paid, it will be recognised as soon as CinetPay confirms it.',
    },
    rejected: {
      title: 'Payment not possible',
      text: 'This payment could not be opened. Nothing was debited. Please start again from the shop.',
    },
    closed: {
      title: 'Link closed',
      text: 'The shop closed this payment link. If you have already paid, your payment will be recognised.',
    },
    paid_otherwise: { title: 'Order already paid', text: 'This order is settled. Do not pay a second time.' },
    review: {
      title: 'Payment being checked',
      text: 'CinetPay announces a payment that does not match the order. The shop is looking into it. Do not pay a second time.',
    },
    confirming: {
      title: 'Waiting for confirmation',
      text: 'We are waiting for CinetPay to confirm. This page updates by itself. If your operator asks you to approve, do so on your phone.',
    },
  },
  waiting: { title: 'One moment…', text: 'We are preparing your payment. The payment page opens by itself.' },
  waitingLong: {
    title: 'A little more patience',
    text: 'CinetPay is taking longer than usual to answer. Nothing was debited. Keep this page open, or come back later by the same link.',
  },
  seamless: { title: 'Your payment', text: 'CinetPay’s payment window opens on this page.' },
  seamlessClosed: {
    title: 'Window closed',
    text: 'If you have paid, this page will show it by itself. If not, you can resume.',
  },
  seamlessFailed: { title: 'CinetPay answered with an error', text: 'You can try again.' },
  seamlessBlocked: {
    title: 'The payment window does not open',
    text: 'CinetPay’s script could not be loaded. Check your connection or your ad blocker, then try again.',
  },
  seamlessOff: {
    title: 'Payment not available here',
    text: 'The shop no longer takes this kind of payment. Please start again from the shop.',
  },
  returning: { title: 'Thank you', text: 'One moment, you are going back to the shop.' },
  unknown: {
    title: 'Payment not found',
    text: 'This link is incomplete or does not exist. Take it again from the shop.',
  },
  broken: { title: 'Briefly out of service', text: 'Your payment is not lost. Please try again in a moment.' },
  needsScript: 'This page needs JavaScript. Turn it on, then reload the page.',
  reference: 'Reference',
  orderReference: 'Order',
  paidAt: 'Paid on',
  method: 'Means of payment',
  operatorId: 'Operator’s number',
  goOn: 'Continue',
  retry: 'Try again',
  resume: 'Resume the payment',
  toShop: 'Back to the shop',
  fullPage: 'Open as a full page',
  counter: 'CinetPay payment counter',
};

/** The words of a language. */
export function wordsOf(language: Language): Words {
  return language === 'fr' ? FRENCH : ENGLISH;
}

/** For pages without an order: the first of our languages that the browser names; French, like CinetPay, when it names none. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.trim().toLowerCase().split(';');
      const weight = Number(/^q=([\d.]+)$/.exec(parameters.join(';').trim())?.[1] ?? 1);
      return { language: tag.split('-')[0], weight };
    })
    .filter(({ language, weight }) => (language === 'fr' || language === 'en') && weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return wanted[0]?.language === 'en' ? 'en' : 'fr';
}
