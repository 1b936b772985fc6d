/** Why a database cannot carry the gateway: for each reason a clause after a colon, with what to do; none holds a secret. */
export class DatabaseUnfit extends Error {
  constructor(readonly faults: string[]) {
    super(faults.join('; '));
    this.name = 'DatabaseUnfit';
  }
}
