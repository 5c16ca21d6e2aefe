import { describe, expect, it } from 'vitest';
import { burnedInRisk } from '../../../main/dicom/anonymise';
import { fileOf, instance } from './support';

const SECONDARY = '1.2.840.10008.5.1.4.1.1.7';
const ULTRASOUND = '1.2.840.10008.5.1.4.1.1.6.1';
const CT = '1.2.840.10008.5.1.4.1.1.2';

describe('the risk of writing in the picture', () => {
  it.each([
    ['YES is believed', 'YES', 'CT', CT, 'certain', 'said-yes'],
    ['NO of a scanner is believed', 'NO', 'CT', CT, 'low', 'said-no'],
    ['NO of a captured screen is not', 'NO', 'CT', SECONDARY, 'some', 'sop-class'],
    ['a captured screen', '', 'CT', SECONDARY, 'high', 'sop-class'],
    ['a captured screen in colour', '', 'CT', `${SECONDARY}.4`, 'high', 'sop-class'],
    ['another class with the same beginning', '', 'CT', `${SECONDARY}7`, 'low', 'not-said'],
    ['ultrasound', '', 'US', ULTRASOUND, 'high', 'sop-class'],
    ['a modality that writes', '', 'US', CT, 'high', 'modality'],
    ['an x-ray', '', 'CR', '1.2.840.10008.5.1.4.1.1.1', 'some', 'modality'],
    ['a scanner that says nothing', '', 'CT', CT, 'low', 'not-said'],
  ])('%s', (_, said, modality, sopClass, level, reason) => {
    const dataset = instance()
      .set('SOPClassUID', sopClass)
      .set('Modality', modality)
      .set('PixelData', Uint8Array.of(1, 2));
    if (said !== '') dataset.set('BurnedInAnnotation', said);
    expect(burnedInRisk(fileOf(dataset).dataset)).toEqual({ level, reason });
  });

  it('knows derived pictures, documents and what has no picture', () => {
    const derived = instance().set('ImageType', ['DERIVED', 'SECONDARY']).set('PixelData', Uint8Array.of(1, 2));
    expect(burnedInRisk(fileOf(derived).dataset)).toEqual({ level: 'some', reason: 'secondary' });
    expect(burnedInRisk(fileOf(instance().set('EncapsulatedDocument', Uint8Array.of(1, 2))).dataset).level).toBe(
      'high',
    );
    expect(burnedInRisk(fileOf(instance()).dataset)).toEqual({ level: 'none', reason: 'no-pixels' });
  });
});
