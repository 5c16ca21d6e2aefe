export { anonymise, type Anonymised, type AnonymisedIdentity } from './anonymise';
export { type BurnedInFacts, burnedInRisk, burnedInRiskOf, type BurnedInRisk } from './burned-in';
export { type CheckedValues, checkValues } from './extra-values';
export { type KeyLevel, type KeyValue, keyValuesOf, replacedUIDs } from './key-values';
export type { Mask } from './masks';
export {
  type AnonymisationKey,
  type AnonymisationKeyValues,
  type AnonymisationOptions,
  type DateHandling,
  deidentificationCodes,
} from './options';
export { type OriginalIdentity, reidentify, uidsIn } from './reidentify';
export type { ExtraValue } from './tag-path';
