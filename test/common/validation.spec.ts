// Proves that every fault of a body is reported at once, each with its pointer and code, and that nothing unknown gets through.
import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { describe, expect, it } from 'vitest';
import { parseForm, parseJson } from '../../src/common/body-text';
import { Problem } from '../../src/common/problem';
import { validated, type ValidationOptions } from '../../src/common/validation';
import { QueryPipe } from '../../src/common/validation.pipe';

class Person {
  @IsOptional()
  @IsEmail()
  email?: string;
  @IsString()
  @Length(1, 3)
  name!: string;
}

class Body {
  @IsInt()
  @Min(1)
  @Max(10)
  amount!: number;
  @IsIn(['a', 'b'])
  kind = 'a';
  @IsOptional()
  @IsString()
  @Matches(/^\d+$/, { context: { code: 'range' } })
  digits?: string;
  @IsOptional()
  @IsBoolean()
  flag?: boolean;
  @IsOptional()
  @IsString({ each: true })
  @ArrayMaxSize(2)
  words?: string[];
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => Person)
  person?: Person;
}

function refused(body: unknown): Problem['extras'] {
  try {
    validated(Body, body);
  } catch (error) {
    return (error as Problem).extras;
  }
  throw new Error('it was taken');
}

function faults(body: unknown, options?: ValidationOptions): string[] {
  try {
    validated(Body, body, options);
    return [];
  } catch (error) {
    return (error as Problem).extras.errors!.map(({ pointer, code }) => `${pointer} ${code}`);
  }
}

describe('a body', () => {
  it('comes back as an instance, with the defaults of what was left out', () => {
    const body = validated(Body, { amount: 5, person: { name: 'Ama' } });
    expect(body).toBeInstanceOf(Body);
    expect(body.person).toBeInstanceOf(Person);
    expect({ ...body }).toMatchObject({ amount: 5, kind: 'a' });
  });

  it.each([
    [{}, ['/amount required']],
    [{ amount: '5' }, ['/amount type']],
    [{ amount: 2.5 }, ['/amount type']],
    [{ amount: 11 }, ['/amount range']],
    [{ amount: 5, kind: 'c' }, ['/kind not_allowed']],
    [{ amount: 5, digits: 'x' }, ['/digits range']],
    [{ amount: 5, flag: null }, ['/flag type']],
    [{ amount: null }, ['/amount type']],
    [{ amount: 5, words: ['a', 1] }, ['/words type']],
    [{ amount: 5, words: ['a', null] }, ['/words type']],
    [{ amount: 5, words: ['a', 'b', 'c'] }, ['/words length']],
    [{ amount: 5, person: [] }, ['/person type']],
    [{ amount: 5, person: 'x' }, ['/person type']],
    [{ amount: 5, person: { name: 'Amara' } }, ['/person/name length']],
    [{ amount: 5, person: { name: 'A', 'a/b~c': 1 } }, ['/person/a~1b~0c unknown_field']],
    [{ amount: 5, constructor: 1, toString: 'x' }, ['/constructor unknown_field', '/toString unknown_field']],
  ])('%j', (body, expected) => expect(faults(body)).toEqual(expected));

  it('reports everything at once', () => {
    const body = { amount: 0, kind: 1, person: { email: 'x', name: '' }, more: true };
    expect(faults(body).sort()).toEqual([
      '/amount range',
      '/kind not_allowed',
      '/more unknown_field',
      '/person/email format',
      '/person/name length',
    ]);
  });

  it('reports 20 faults, its own fields first, and counts the others', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`n${index}`, null]));
    const { errors, errorsOmitted } = refused({ ...many, amount: 0, person: { ...many, name: '' } });
    expect(errors!.map(({ pointer }) => pointer).slice(0, 3)).toEqual(['/amount', '/person/name', '/n0']);
    expect(errors!.length).toBe(20);
    expect(errors!.length + errorsOmitted!).toBe(10_002);
    expect(refused({ amount: 0 }).errorsOmitted).toBeUndefined();
  });

  it('repeats little of what its sender wrote', () => {
    const long = (text: string) => Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}${text}`, 1]));
    const { errors, errorsOmitted } = refused({ amount: 5, ...long('\u0001'.repeat(2_000)) });
    expect(JSON.stringify(errors).length).toBeLessThan(7_000);
    expect(errors!.length + errorsOmitted!).toBe(30);
    expect(errors![0]!.pointer).toMatch(/^.{101}…$/s);
    // Cut in the middle of a character, it would be no text.
    const cut = refused({ amount: 5, ...long('💛'.repeat(90)) }).errors!;
    expect(cut.some(({ pointer }) => /\p{Surrogate}/u.test(pointer))).toBe(false);
  });

  it('that is a list where an object belongs is one fault, whatever is in it', () => {
    expect(faults({ amount: 5, person: [{}, {}, {}] })).toEqual(['/person type']);
  });

  it('takes null for absent where that is wanted, and leaves it to the rules where that is', () => {
    expect(faults({ amount: 5, flag: null, person: { name: 'A', email: null } }, { nulls: 'absent' })).toEqual([]);
    expect(faults({ amount: null }, { nulls: 'absent' })).toEqual(['/amount required']);
    expect(faults({ amount: 5, flag: null, kind: null }, { nulls: 'kept' })).toEqual(['/kind not_allowed']);
  });

  it.each([undefined, null, 'text', 5, []])('that is %j is not an object', (body) => {
    expect(() => validated(Body, body)).toThrow(expect.objectContaining({ kind: 'malformed_json' }));
  });
});

class Query {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Max(100)
  limit = 20;
  @IsOptional()
  @IsString()
  cursor?: string;
}

describe('a query', () => {
  const read = (query: object): unknown => QueryPipe(Query).transform(query, { type: 'query' });
  it('takes an empty parameter for absent', () => {
    expect({ ...(read({ limit: '5', cursor: '' }) as object) }).toEqual({ limit: 5 });
  });
  it('refuses a repeated one, an unknown one and a word for a number', () => {
    expect(() => read({ cursor: ['a', 'b'], limit: 'x', page: '2' })).toThrow(
      expect.objectContaining({
        extras: {
          errors: expect.arrayContaining([
            expect.objectContaining({ pointer: '/cursor', code: 'type' }),
            expect.objectContaining({ pointer: '/limit', code: 'type' }),
            expect.objectContaining({ pointer: '/page', code: 'unknown_field' }),
          ]),
        },
      }),
    );
  });
});

describe('the text of a body', () => {
  const json = (text: string | Buffer): unknown => parseJson(Buffer.from(text));
  const refused = expect.objectContaining({ kind: 'malformed_json' });

  it('is UTF-8 JSON, or nothing', () => {
    expect(json('{"a":["é",1]}')).toEqual({ a: ['é', 1] });
    expect(json('')).toBeUndefined();
  });
  it.each(['{', '{"a":1,}', '{"__proto__":{"x":1}}', '{"a":{"\\u005f_proto__":1}}', '"a\\u0000b"', '{"\\ud800":1}'])(
    'not %s',
    (text) => expect(() => json(text)).toThrow(refused),
  );
  it('not bytes that are no UTF-8', () => expect(() => json(Buffer.from([0x22, 0xff, 0x22]))).toThrow(refused));
  it('nests 32 levels and no more, however deep the text goes', () => {
    expect(json('['.repeat(32) + ']'.repeat(32))).toBeDefined();
    expect(() => json('['.repeat(33) + ']'.repeat(33))).toThrow(refused);
    expect(() => json('['.repeat(30_000) + ']'.repeat(30_000))).toThrow(refused);
  });
  it('of a form is names and values, the last of a name', () => {
    expect(parseForm(Buffer.from('a=1&a=2&b=%C3%A9+x&__proto__=y'))).toEqual({ a: '2', b: 'é x' });
    expect(() => parseForm(Buffer.from('a=%00'))).toThrow(refused);
  });
});
