const DAY = 86_400_000;

/** YYYYMMDD of a day moved; undefined when it is none of the calendar or leaves the years 0001 to 9999. */
function movedDay(year: string, month: string, day: string, days: number): string | undefined {
  const time = Date.UTC(2000, Number(month) - 1, Number(day));
  const start = new Date(time);
  start.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (Number(year) < 1 || start.getUTCMonth() !== Number(month) - 1 || start.getUTCDate() !== Number(day))
    return undefined;
  const moved = new Date(start.getTime() + days * DAY);
  const movedYear = moved.getUTCFullYear();
  if (movedYear < 1 || movedYear > 9999) return undefined;
  return (
    String(movedYear).padStart(4, '0') +
    String(moved.getUTCMonth() + 1).padStart(2, '0') +
    String(moved.getUTCDate()).padStart(2, '0')
  );
}

/** A DA (PS3.5 6.2), the old form with full stops read too, moved by whole days; undefined when it is no date. */
export function shiftDate(value: string, days: number): string | undefined {
  const match = /^(\d{4})([.-]?)(\d{2})\2(\d{2})$/.exec(value.trim());
  return match ? movedDay(match[1] ?? '', match[3] ?? '', match[4] ?? '', days) : undefined;
}

/**
 * A DT (PS3.5 6.2) moved by whole days: time of day and offset from UTC stay. Of a value that ends with the year or the month the
 * first day is moved, and as much is kept as was there.
 */
export function shiftDateTime(value: string, days: number): string | undefined {
  const match = /^(\d{4})(\d{2})?(\d{2})?((?:\d{2}){0,3}(?:\.\d{1,6})?)([+-]\d{4})?$/.exec(value.trim());
  if (!match) return undefined;
  const [, year = '', month, day, time = '', offset = ''] = match;
  const moved = movedDay(year, month ?? '01', day ?? '01', days);
  if (moved === undefined) return undefined;
  if (month === undefined) return moved.slice(0, 4) + offset;
  if (day === undefined) return moved.slice(0, 6) + offset;
  return moved + time + offset;
}

/** Whether a text is a TM (PS3.5 6.2), the old form with colons read too. */
export function isTime(value: string): boolean {
  return /^\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d{1,6})?)?)?$/.test(value.trim());
}
