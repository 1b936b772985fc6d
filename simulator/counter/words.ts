/** What the counter says. */
export interface Words {
  title: string;
  payTo: string;
  site: string;
  reference: string;
  customer: string;
  operator: string;
  phone: string;
  phoneLocked: string;
  pay: string;
  refuse: string;
  cancel: string;
  wait: string;
  leave: string;
  waiting: string;
  declined: string;
  left: string;
  backToCounter: string;
  noOperator: string;
  noCard: string;
  accepted: string;
  refused: string;
  cancelled: string;
  expired: string;
  toShop: string;
  simulated: string;
  unknown: string;
}

const FRENCH: Words = {
  title: 'Guichet de paiement',
  payTo: 'Paiement',
  site: 'Service',
  reference: 'Référence',
  customer: 'Client',
  operator: 'Moyen de paiement',
  phone: 'Numéro de téléphone',
  phoneLocked: 'Numéro fixé par le marchand',
  pay: 'Payer',
  refuse: 'Faire échouer (refus)',
  cancel: 'Annuler',
  wait: 'Attendre la validation',
  leave: 'Quitter sans rien faire',
  waiting: 'En attente de votre validation sur le téléphone.',
  declined: 'Le dernier essai a échoué. Vous pouvez réessayer.',
  left: 'Vous avez quitté le guichet. Le paiement reste ouvert.',
  backToCounter: 'Revenir au guichet',
  noOperator: 'Aucun moyen de paiement disponible pour ce canal.',
  noCard: 'Carte bancaire indisponible : les informations du client sont incomplètes.',
  accepted: 'Paiement accepté',
  refused: 'Paiement refusé',
  cancelled: 'Paiement annulé',
  expired: 'Ce lien de paiement a expiré',
  toShop: 'Retourner chez le marchand',
  simulated: "Simulateur : aucun argent réel n'est débité.",
  unknown: 'Paiement introuvable',
};

const ENGLISH: Words = {
  title: 'Payment counter',
  payTo: 'Payment',
  site: 'Service',
  reference: 'Reference',
  customer: 'Customer',
  operator: 'Payment method',
  phone: 'Phone number',
  phoneLocked: 'Number set by the merchant',
  pay: 'Pay',
  refuse: 'Fail (refuse)',
  cancel: 'Cancel',
  wait: 'Wait for validation',
  leave: 'Walk away',
  waiting: 'Waiting for you to confirm on your phone.',
  declined: 'The last try failed. You can try again.',
  left: 'You left the counter. The payment stays open.',
  backToCounter: 'Back to the counter',
  noOperator: 'No payment method is available in this channel.',
  noCard: "Cards are not available: the customer's details are incomplete.",
  accepted: 'Payment accepted',
  refused: 'Payment refused',
  cancelled: 'Payment cancelled',
  expired: 'This payment link has expired',
  toShop: 'Back to the shop',
  simulated: 'Simulator: no real money is taken.',
  unknown: 'No such payment',
};

/** The counter's words in the order's language. */
export function wordsOf(lang: 'fr' | 'en'): Words {
  return lang === 'fr' ? FRENCH : ENGLISH;
}
