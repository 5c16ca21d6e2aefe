import { UsageError } from './usage';

/** `KEYWORD=VALUE` of a --match. Throws UsageError. */
export function matchOf(condition: string): { readonly key: string; readonly value: string } {
  const at = condition.indexOf('=');
  if (at < 1) throw new UsageError(`--match is KEYWORD=VALUE, for example PatientName=DOE*: "${condition}"`);
  return { key: condition.slice(0, at), value: condition.slice(at + 1) };
}
