import type { ClinicRow } from '@shared/model/rows';

/** Clinics that run today first, then the latest ones. */
export function sortClinics(rows: readonly ClinicRow[], day: string): ClinicRow[] {
  const open = (row: ClinicRow): number => (row.firstDay <= day && day <= row.lastDay ? 0 : 1);
  return [...rows].sort(
    (a, b) => open(a) - open(b) || b.firstDay.localeCompare(a.firstDay) || a.name.localeCompare(b.name),
  );
}
