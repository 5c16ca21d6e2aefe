import { describe, expect, it } from 'vitest';
import { ImageId } from '../../../shared/model/ids';
import { mayLeave, type ImageFacts, type Purpose } from '../../../main/archive/release/gate';

const good: ImageFacts = { image: ImageId.parse('a'.repeat(64)), consent: 'yes', objectState: 'good' };
const purposes: readonly Purpose[] = ['export', 'render', 'print', 'copy', 'send', 'hub'];

describe('mayLeave', () => {
  it.each(purposes)('lets a good image of a patient who did not say no leave for %s', (purpose) => {
    const release = { purpose, recipient: 'folder', person: null };
    expect(mayLeave(good, release)).toEqual({ leaves: true });
    expect(mayLeave({ ...good, consent: 'not-asked' }, release)).toEqual({ leaves: true });
  });

  it.each(purposes)('holds back for %s what the patient refused, and what is damaged or missing', (purpose) => {
    const release = { purpose, recipient: 'folder', person: null };
    expect(mayLeave({ ...good, consent: 'no' }, release)).toEqual({ leaves: false, code: 'CONSENT_REFUSED' });
    expect(mayLeave({ ...good, objectState: 'corrupt' }, release)).toEqual({ leaves: false, code: 'OBJECT_DAMAGED' });
    expect(mayLeave({ ...good, objectState: 'missing' }, release)).toEqual({ leaves: false, code: 'OBJECT_MISSING' });
    expect(mayLeave({ ...good, consent: 'no', objectState: 'missing' }, release)).toEqual({ leaves: false, code: 'CONSENT_REFUSED' });
  });
});
