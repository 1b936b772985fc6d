/** The columns of the rows that a statement is given, and their types, in the order of its parameters. */
export type GivenColumns<Column extends string = string> = Readonly<Record<Column, string>>;

/** One row, as parameters: Postgres plans for it as if each stood where its column is named. */
export function oneGiven(columns: GivenColumns): string {
  const values = Object.entries(columns).map(([column, type], index) => `$${index + 1}::${type} AS "${column}"`);
  return `SELECT ${values.join(', ')}`;
}

/** Any number of rows, as one JSON in $1. */
export function manyGiven(columns: GivenColumns): string {
  const types = Object.entries(columns).map(([column, type]) => `"${column}" ${type}`);
  // The condition always holds. By it the planner expects few rows: for a hundred it would read a young table from end to end, and keep doing so.
  return `SELECT * FROM ROWS FROM (json_to_recordset($1::json) AS (${types.join(', ')})) WITH ORDINALITY
    WHERE ordinality BETWEEN 1 AND 1000000`;
}

/** The parameters of `oneGiven`. */
export function oneRow<Column extends string>(
  columns: GivenColumns<Column>,
  row: Readonly<Record<Column, unknown>>,
): unknown[] {
  return Object.entries<string>(columns).map(([column, type]) => asParameter(row[column as Column], type));
}

/** The parameters of `manyGiven`. */
export function manyRows(rows: readonly object[]): [string] {
  return [JSON.stringify(rows)];
}

function asParameter(value: unknown, type: string): unknown {
  return type === 'jsonb' && value !== null ? JSON.stringify(value) : value;
}
