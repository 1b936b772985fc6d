import { ApiProperty } from '@nestjs/swagger';

/** What a page of your own needs to run CinetPay's script. The key in it is public by nature: only sites that allow it have one here. */
export class SeamlessDto {
  /** The script to load. @example https://cdn.cinetpay.com/seamless/main.js */
  script_url!: string;
  /** For `CinetPay.setConfig`. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  config!: Record<string, string>;
  /** For `CinetPay.getCheckout`. A browser can change it; what was really paid is compared with the saved order. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  checkout!: Record<string, unknown>;
  /** POST here, without a body, whenever the script calls back: CinetPay is asked then. */
  seen_url!: string;
}
