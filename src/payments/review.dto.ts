import { IsIn, IsString } from 'class-validator';
import { Length } from '../common/lengths';
import { RESOLUTIONS } from './care';

/** What a person found out about a payment that needs review. */
export class ReviewDto {
  /**
   * refused: the money did not come, the order's door opens; one that is refused or rejected already stays so, loses its flag and is asked about
   * by the clock no more. keep_open: the schedule of checks starts anew, the door stays as it is. acknowledged: clears the flag of an accepted
   * payment. None accepts by hand.
   */
  @IsIn(RESOLUTIONS)
  resolution!: (typeof RESOLUTIONS)[number];
  /** Why, for the payment's history; 1 to 1000 characters. */
  @IsString()
  @Length(1, 1000)
  note!: string;
}
