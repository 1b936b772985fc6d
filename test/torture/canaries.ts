import { newId, randomDigits } from '../../src/common/ids';

/** The customer of every order of a run. Nobody else has this name, phone or e-mail, so each can be searched for. */
export interface CanaryCustomer {
  first_name: string;
  last_name: string;
  /** Prefix and digits, as it goes to CinetPay. */
  phone_number: string;
  email: string;
  address: string;
  city: string;
  country: string;
  zip_code: string;
}

export function canaryCustomer(): CanaryCustomer {
  const unique = newId();
  return {
    ...{ first_name: `First${unique}`, last_name: `Last${unique}`, phone_number: `22507${randomDigits(8)}` },
    ...{ email: `${unique.toLowerCase()}@mail.example`, address: `${unique} road`, city: 'Abidjan' },
    ...{ country: 'CI', zip_code: '00225' },
  };
}

/** Looks for planted values where nobody may ever read them. */
export class CanaryWatch {
  private readonly places = new Set<string>();

  /** @param canaries by name: a finding tells which, not what */
  constructor(private readonly canaries: Record<string, string>) {}

  search(place: string, text: string): void {
    for (const [name, canary] of Object.entries(this.canaries))
      if (text.includes(canary) || text.includes(encodeURIComponent(canary))) this.places.add(`${place} holds ${name}`);
  }

  /** Each place with each canary that it held. */
  get found(): string[] {
    return [...this.places];
  }
}
