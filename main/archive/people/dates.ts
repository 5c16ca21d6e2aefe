import { FieldboxError } from '@shared/errors';
import { DicomDate } from '@shared/model/vocabulary';

/** A day as the laptop's clock and zone have it, as in DA (YYYYMMDD). */
export function dayOf(moment: Date): string {
  const month = String(moment.getMonth() + 1).padStart(2, '0');
  return DicomDate.parse(
    `${String(moment.getFullYear()).padStart(4, '0')}${month}${String(moment.getDate()).padStart(2, '0')}`,
  );
}

/** Whether YYYYMMDD is a day of the calendar. */
export function isDay(text: string): boolean {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Throws BAD_REQUEST naming the field. */
export function requireDay(text: string, field: string): void {
  if (!isDay(text)) throw new FieldboxError('BAD_REQUEST', { what: field });
}
