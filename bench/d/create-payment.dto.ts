import { Type } from 'class-transformer';
import {
  IsEmail,
  IsIn,
  IsInt,
  IsISO31661Alpha2,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUrl,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

export class CustomerDto {
  @IsOptional()
  @IsString()
  @MaxLength(255)
  id?: string;
  @IsOptional()
  @IsString()
  @MaxLength(255)
  first_name?: string;
  @IsOptional()
  @IsString()
  @MaxLength(255)
  last_name?: string;
  @IsOptional()
  @IsString()
  @MaxLength(255)
  phone_number?: string;
  @IsOptional()
  @IsEmail()
  email?: string;
  @IsOptional()
  @IsString()
  @MaxLength(255)
  address?: string;
  @IsOptional()
  @IsString()
  @MaxLength(255)
  city?: string;
  @IsOptional()
  @IsISO31661Alpha2()
  country?: string;
  @IsOptional()
  @IsString()
  @MaxLength(255)
  state?: string;
  @IsOptional()
  @IsString()
  @MaxLength(10)
  zip_code?: string;
}

export class CreatePaymentDto {
  @IsInt()
  @Min(1)
  @Max(999_999_999)
  amount!: number;
  @IsIn(['XOF', 'XAF', 'CDF', 'GNF', 'USD'])
  currency!: string;
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  description!: string;
  @IsUrl()
  return_url!: string;
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  metadata?: string;
  @IsOptional()
  @IsIn(['ALL', 'MOBILE_MONEY', 'CREDIT_CARD', 'WALLET'])
  channels?: string;
  @IsOptional()
  @IsIn(['fr', 'en'])
  lang?: string;
  @IsOptional()
  @ValidateNested()
  @Type(() => CustomerDto)
  customer?: CustomerDto;
}
