import type { ErrorStatus } from '../config/config';
import type { Statement } from '../database/sql';
import type { Scope } from './caller';

/** One row of `api_keys` as people see it: the key itself is nowhere. */
export interface ApiKeyRow {
  id: string;
  caller: string;
  scopes: Scope[];
  /** The first 8 characters after `cpk_`, so that people can tell keys apart. */
  prefix: string;
  /** HTTP status of errors of the drop-in API; null: DROP_IN_ERROR_STATUS. */
  error_status: ErrorStatus | null;
  created_at: Date;
  revoked_at: Date | null;
}

const COLUMNS = 'id, caller, scopes, prefix, error_status, created_at, revoked_at';

export const INSERT_KEY: Statement = {
  name: 'api_key_insert',
  text: `INSERT INTO api_keys (id, caller, scopes, prefix, hash, error_status) VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`,
};

/** A key that is being looked up. */
export interface FoundKey extends ApiKeyRow {
  hash: Buffer;
}

export const FIND_KEY: Statement = {
  name: 'api_key_find',
  text: `SELECT ${COLUMNS}, hash FROM api_keys WHERE hash = $1 AND revoked_at IS NULL`,
};

export const FIND_KEYS: Statement = {
  name: 'api_keys_find',
  text: `SELECT ${COLUMNS}, hash FROM api_keys WHERE hash = ANY ($1::bytea[]) AND revoked_at IS NULL`,
};

export const LIST_KEYS: Statement = {
  name: 'api_key_list',
  text: `SELECT ${COLUMNS} FROM api_keys ORDER BY created_at, id`,
};

/** Two keys may share a prefix by chance; then only the id names one. */
export const REVOKE_KEY: Statement = {
  name: 'api_key_revoke',
  text: `UPDATE api_keys SET revoked_at = now() WHERE revoked_at IS NULL AND (id = $1
      OR prefix = $1 AND (SELECT count(*) FROM api_keys WHERE prefix = $1 AND revoked_at IS NULL) = 1)
    RETURNING ${COLUMNS}`,
};
