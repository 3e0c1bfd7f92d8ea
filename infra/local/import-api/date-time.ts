/** Digits are of these many, everything else stands for itself; a fraction comes between, or not. */
const form = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|[+-](\d\d):(\d\d))$/;

/** import-api.md section 2, number by number; February may have 30 days. */
export function isDateTime(text: string): boolean {
  const parts = form.exec(text);
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [fraction, zoneHours = "0", zoneMinutes = "0"] = parts.slice(7);
  const isEndOfDay = hour === 24 && minute === 0 && second === 0 && fraction === undefined;
  return (
    year > 0 &&
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
