/** A number with as many decimals as its size makes sensible: 40, 0.35, 0.0012. */
export function showValue(value: number, language: string): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e9)) {
    return new Intl.NumberFormat(language, { notation: 'scientific', maximumSignificantDigits: 4 }).format(value);
  }
  const decimals = size >= 100 || Number.isInteger(value) ? 0 : size >= 1 ? 2 : 4;
  return new Intl.NumberFormat(language, { maximumFractionDigits: decimals, useGrouping: false }).format(value);
}

/** A count or position, without grouping. */
export function showCount(value: number, language: string): string {
  return new Intl.NumberFormat(language, { useGrouping: false }).format(value);
}

/** Screen pixels per image pixel as a percentage. */
export function showPercent(ratio: number, language: string): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0, useGrouping: false }).format(
    ratio,
  );
}

/** Millimetres to a tenth. */
export function showMillimetres(value: number, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'millimeter',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    useGrouping: false,
  }).format(value);
}
