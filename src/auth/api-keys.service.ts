import { Injectable } from '@nestjs/common';
import { CALLER_NAME } from '../common/caller-name';
import { newId, newSecret } from '../common/ids';
import { Problem } from '../common/problem';
import { hmac } from '../common/secret';
import { Config, type ErrorStatus } from '../config/config';
import { SharedReads } from '../database/shared-reads';
import { Sql } from '../database/sql';
import {
  FIND_KEY,
  FIND_KEYS,
  INSERT_KEY,
  LIST_KEYS,
  REVOKE_KEY,
  type ApiKeyRow,
  type FoundKey,
} from './api-key.statements';
import { SCOPES, type Caller, type Scope } from './caller';
import { KeyCache } from './key-cache';

const PREFIX = 'cpk_';
const VISIBLE = 8;
const KEY = /^cpk_[A-Za-z0-9_-]{43}$/;

/** The keys of callers: 256 random bits each, of which the database holds an HMAC under the pepper and nothing else. */
@Injectable()
export class ApiKeys {
  private readonly cache = new KeyCache<Caller>();
  // By the hash. Keys that are guessed share statements: they take two of the pool's connections, however many come.
  private readonly reads = new SharedReads<FoundKey>({
    alone: async (hash) => (await this.sql.rows<FoundKey>(FIND_KEY, [Buffer.from(hash, 'hex')]))[0],
    together: async (hashes) => {
      const rows = await this.sql.rows<FoundKey>(FIND_KEYS, [hashes.map((hash) => Buffer.from(hash, 'hex'))]);
      return new Map(rows.map((row) => [row.hash.toString('hex'), row]));
    },
  });

  constructor(
    private readonly sql: Sql,
    private readonly config: Config,
  ) {}

  /**
   * Makes a key. The answer is the only place that ever shows it. `errorStatus`: of the drop-in API's errors, where clients need another than the rest.
   * @throws Problem `validation_failed` for a caller's name or a scope that cannot be
   */
  async create(
    caller: string,
    scopes: readonly Scope[] = ['payments'],
    errorStatus: ErrorStatus | null = null,
  ): Promise<{ key: string; row: ApiKeyRow }> {
    if (!CALLER_NAME.test(caller)) throw refused('/caller', 'a caller is 1 to 64 letters, digits, ".", "_" and "-"');
    const known = scopes.length > 0 && scopes.every((scope) => SCOPES.includes(scope));
    if (!known) throw refused('/scopes', `scopes are ${SCOPES.join(', ')}`);
    const key = PREFIX + newSecret();
    const values = [newId(), caller, [...new Set(scopes)], visiblePrefix(key), this.hash(key), errorStatus];
    const [row] = await this.sql.rows<ApiKeyRow>(INSERT_KEY, values);
    return { key, row: row! };
  }

  /** Every key there ever was, oldest first. */
  list(): Promise<ApiKeyRow[]> {
    return this.sql.rows<ApiKeyRow>(LIST_KEYS, []);
  }

  /** Revokes the key of this id, or the only live one of this prefix. It is refused everywhere within 5 s. */
  async revoke(idOrPrefix: string): Promise<ApiKeyRow | undefined> {
    const bare = idOrPrefix.startsWith(PREFIX) ? idOrPrefix.slice(PREFIX.length, PREFIX.length + VISIBLE) : idOrPrefix;
    const [row] = await this.sql.rows<ApiKeyRow>(REVOKE_KEY, [bare]);
    this.cache.clear();
    return row;
  }

  /** Who holds this key, unless it is unknown or revoked. */
  async find(key: string): Promise<Caller | undefined> {
    if (!KEY.test(key)) return undefined;
    return this.cache.get(key, async () => {
      const row = await this.reads.read(this.hash(key).toString('hex'));
      return row && { name: row.caller, scopes: row.scopes, keyId: row.id, errorStatus: row.error_status ?? undefined };
    });
  }

  private hash(key: string): Buffer {
    return hmac(this.config.apiKeyPepper.reveal(), key);
  }
}

function visiblePrefix(key: string): string {
  return key.slice(PREFIX.length, PREFIX.length + VISIBLE);
}

function refused(pointer: string, detail: string): Problem {
  return new Problem('validation_failed', detail, { errors: [{ pointer, code: 'format', detail }] });
}
