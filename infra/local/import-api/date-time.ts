/** A year of more than four digits has a plus in front. */
const form = /^(\d{4}|\+\d{5,19})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|[+-](\d\d):(\d\d))$/;

/** java.time.Year.MAX_VALUE. */
const yearMax = 999_999_999;

/** import-api.md section 2, number by number; February may have 30 days. */
export function isDateTime(text: string): boolean {
  const parts = form.exec(text);
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [fraction = "0", zoneHours = "0", zoneMinutes = "0"] = parts.slice(7);
  const isEndOfDay = hour === 24 && minute === 0 && second === 0 && Number(fraction) === 0;
  return (
    isWithin(year, 1, yearMax) &&
    isWithin(month, 1, 12) &&
    isWithin(day, 1, 31) &&
    (hour < 24 || isEndOfDay) &&
    minute < 60 &&
    second < 60 &&
    Number(zoneMinutes) < 60 &&
    60 * Number(zoneHours) + Number(zoneMinutes) <= 18 * 60
  );
}

const isWithin = (value: number, least: number, most: number) => least <= value && value <= most;
