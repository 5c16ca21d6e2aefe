export { anonymise, type Anonymised, type AnonymisedIdentity } from './anonymise';
export { burnedInRisk, type BurnedInRisk } from './burned-in';
export type { Mask } from './masks';
export {
  type AnonymisationKey,
  type AnonymisationKeyValues,
  type AnonymisationOptions,
  type DateHandling,
  deidentificationCodes,
} from './options';
export type { ExtraValue } from './tag-path';
