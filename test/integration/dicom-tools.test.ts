import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferSource } from '../../main/dicom/buffer-source';
import { type DirectoryEntry, directoryEntry, readDicomdir, writeDicomdir } from '../../main/dicom/dicomdir';
import { type JsonAttribute, type JsonDataSet, toDicomJson } from '../../main/dicom/json';
import { readDicom } from '../../main/dicom/reader';
import { DataSetBuilder, headerFor, writePart10 } from '../../main/dicom/writer';
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  joined,
  part10,
  sampleDataSet,
  SYNTAX,
} from '../fixtures/dicom-bytes';
import { SAMPLES, sample } from '../fixtures/dicom-samples';
import { instanceBytes } from '../fixtures/instances';

/** Independent readers: DCMTK, dicom3tools and pydicom, as the Debian packages dcmtk, dicom3tools and python3-pydicom install them. */
const PYTHON = '/usr/bin/python3';
const TO_JSON = `
import json, sys, warnings
warnings.simplefilter('ignore')
import pydicom
names = sys.argv[1:]
print(json.dumps([pydicom.dcmread(name).to_json_dict(bulk_data_threshold=1 << 30, bulk_data_element_handler=lambda element: '') for name in names]))
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldbox-dicom-tools-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
}

function put(name: string, bytes: Uint8Array): string {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), bytes);
  return name;
}

/** What the tool says beside its answer; DCMTK and dicom3tools name every departure there. */
function complaints(
  program: string,
  args: readonly string[],
): { readonly status: number | null; readonly lines: readonly string[] } {
  const { status, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (error) throw new Error(`${program} is needed for this test`, { cause: error });
  return { status, lines: stderr.split('\n').filter((line) => /^(Error|E:|W:|Warning)/.test(line)) };
}

const ours = (bytes: Uint8Array): JsonDataSet =>
  toDicomJson(readDicom(new BufferSource(bytes)).dataset, { inlineLimit: 1 << 30, bulkDataURI: () => '' });
/** pydicom leaves leading blanks where the VR lets them mean nothing (PS3.5 6.2). */
const trimmed = <T>(value: T): T | string => (typeof value === 'string' ? value.replace(/^ +/, '') : value);
const isStandard = (tag: string): boolean =>
  Number.parseInt(tag.slice(0, 4), 16) % 2 === 0 && !tag.endsWith('0000') && !tag.startsWith('7FE0');

interface Comparable {
  readonly vr: string;
  readonly values: readonly unknown[];
  readonly binary: string;
}

/** Standard attributes in a form in which both agree: pydicom gives empty texts where PS3.18 F.2.5 has null. */
function comparable(dataset: JsonDataSet): Readonly<Record<string, Comparable>> {
  const result: Record<string, Comparable> = {};
  for (const tag of Object.keys(dataset).filter(isStandard).sort()) {
    const { vr = 'UN', Value = [], InlineBinary = '' }: Partial<JsonAttribute> = dataset[tag] ?? {};
    const values = Value.map((value) => {
      if (value === '' || value === null) return null;
      return vr === 'SQ' ? comparable(value as JsonDataSet) : trimmed(value);
    });
    result[tag] = { vr, values: values.every((value) => value === null) ? [] : values, binary: InlineBinary };
  }
  return result;
}

function expectSameAsPydicom(files: readonly (readonly [string, Uint8Array])[]): void {
  const names = files.map(([name, bytes]) => put(name, bytes));
  const answers = JSON.parse(run(PYTHON, ['-c', TO_JSON, ...names])) as readonly JsonDataSet[];
  files.forEach(([name, bytes], index) =>
    expect([name, comparable(ours(bytes))]).toEqual([name, comparable(answers[index] ?? {})]),
  );
}

const META = {
  sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
  sopInstanceUID: '1.2.3.4',
  transferSyntaxUID: SYNTAX.explicit,
};

function written(more: (dataset: DataSetBuilder) => DataSetBuilder): Uint8Array {
  return writePart10(
    META,
    more(
      new DataSetBuilder()
        .set('SpecificCharacterSet', 'ISO_IR 192')
        .set('SOPClassUID', META.sopClassUID)
        .set('SOPInstanceUID', META.sopInstanceUID),
    ),
  );
}

describe('what the reader reads, pydicom reads too', () => {
  it('in every encoding', () => {
    expectSameAsPydicom([
      ['implicit', part10(SYNTAX.implicit, sampleDataSet(IMPLICIT_LITTLE))],
      ['explicit', part10(SYNTAX.explicit, sampleDataSet(EXPLICIT_LITTLE, true))],
      ['big', part10(SYNTAX.big, sampleDataSet(EXPLICIT_BIG, true))],
      ['deflated', part10(SYNTAX.deflated, deflateRawSync(sampleDataSet(EXPLICIT_LITTLE)))],
    ]);
  });

  it('in the samples of other makers', () => {
    expectSameAsPydicom(
      SAMPLES.filter((name) => !name.includes('sel1-8bit')).map(
        (name) => [name.replaceAll('/', '_'), sample(name)] as const,
      ),
    );
  });
});

describe('what the writer writes, others read', () => {
  const code = new DataSetBuilder()
    .set('CodeValue', 'T-04000')
    .set('CodingSchemeDesignator', 'SRT')
    .set('CodeMeaning', 'Sein – ثدي');
  const rich = written((dataset) =>
    dataset
      .set('PatientName', ['山田^太郎=やまだ^たろう', 'علي^محمد'].join('='))
      .set('OtherPatientNames', ['Łukasz^Żak', 'Müller^Jörg'])
      .set('PatientID', 'P\u00e9-1')
      .set('PixelSpacing', [0.5, 0.25])
      .set('InstanceNumber', 7)
      .set('Rows', 65_535)
      .set('TagAngleSecondAxis', -5)
      .set('EventTimeOffset', 1.25)
      .set('SelectorFLValue', [0.5, -2])
      .set('SelectorULValue', [4_294_967_295])
      .set('FrameIncrementPointer', [0x00181063])
      .set('PatientComments', 'a\\b\r\nc')
      .set('EncapsulatedDocument', Uint8Array.of(1, 2, 3))
      .set('AnatomicRegionSequence', [
        new DataSetBuilder().set('CodeValue', 'x').set('AnatomicRegionModifierSequence', [code, code]),
        new DataSetBuilder(),
      ])
      .set('RequestAttributesSequence', [])
      .set(0x00090010, 'FIELDBOX')
      .set(0x00091001, 'private é', 'UT'),
  );

  it('pydicom, value by value', () => {
    expectSameAsPydicom([['rich.dcm', rich]]);
  });

  it('pydicom, the private attributes', () => {
    const script =
      "import pydicom; d = pydicom.dcmread('rich.dcm'); b = d.private_block(0x0009, 'FIELDBOX'); print(b[1].VR, b[1].value)";
    expect(run(PYTHON, ['-c', script]).trim()).toBe('UT private é');
  });

  it('DCMTK, without a warning', () => {
    put('rich.dcm', rich);
    expect(complaints('dcmdump', ['rich.dcm'])).toEqual({ status: 0, lines: [] });
    expect(run('dcmdump', ['+P', '0010,0010', 'rich.dcm'])).toContain('山田^太郎=やまだ^たろう=علي^محمد');
  });

  it('encapsulated frames: pydicom finds each', () => {
    const frames = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5), Uint8Array.of(6, 7, 8, 9)];
    const bytes = written((dataset) => dataset.set('NumberOfFrames', 3).setFragments({ fragments: frames }));
    put('frames.dcm', bytes);
    const script =
      "import pydicom, pydicom.encaps as e; d = pydicom.dcmread('frames.dcm'); print([f.hex() for f in e.generate_pixel_data_frame(d.PixelData, 3)], d['PixelData'].is_undefined_length)";
    expect(run(PYTHON, ['-c', script]).trim()).toBe("['01020300', '0405', '06070809'] True");
    expect(complaints('dcmdump', ['frames.dcm'])).toEqual({ status: 0, lines: [] });
  });

  it('bare data sets that were given a header', () => {
    for (const [name, encoding] of [
      ['implicit', IMPLICIT_LITTLE],
      ['explicit', EXPLICIT_LITTLE],
      ['big', EXPLICIT_BIG],
    ] as const) {
      const bare = sampleDataSet(encoding, true);
      const header = headerFor(readDicom(new BufferSource(bare))) ?? new Uint8Array();
      expectSameAsPydicom([[`bare-${name}`, joined(header, bare)]]);
      expect(complaints('dcmdump', [`bare-${name}`])).toEqual({ status: 0, lines: [] });
    }
  });
});

describe('a DICOMDIR of many kinds of objects', () => {
  const KINDS: readonly (readonly [string, string])[] = [
    ['1.2.840.10008.5.1.4.1.1.88.11', 'SR'],
    ['1.2.840.10008.5.1.4.1.1.88.59', 'KO'],
    ['1.2.840.10008.5.1.4.1.1.11.1', 'PR'],
    ['1.2.840.10008.5.1.4.1.1.9.1.1', 'ECG'],
    ['1.2.840.10008.5.1.4.1.1.104.1', 'DOC'],
    ['1.2.840.10008.5.1.4.1.1.481.2', 'RTDOSE'],
    ['1.2.840.10008.5.1.4.1.1.481.3', 'RTSTRUCT'],
    ['1.2.840.10008.5.1.4.1.1.481.5', 'RTPLAN'],
    ['1.2.840.10008.5.1.4.1.1.66', 'OT'],
    ['1.2.840.10008.5.1.4.1.1.66.1', 'REG'],
  ];

  function document(sopClassUID: string, modality: string, number: number): Uint8Array {
    const sop = `1.2.9.${String(number)}`;
    const name = new DataSetBuilder()
      .set('CodeValue', '113000')
      .set('CodingSchemeDesignator', 'DCM')
      .set('CodeMeaning', 'D’intérêt');
    const image = new DataSetBuilder()
      .set('ReferencedSOPClassUID', META.sopClassUID)
      .set('ReferencedSOPInstanceUID', '1.2.3.4');
    const series = new DataSetBuilder().set('SeriesInstanceUID', '1.2.3').set('ReferencedImageSequence', [image]);
    const dataset = new DataSetBuilder()
      .set('ReferencedSeriesSequence', [series])
      .set('SpecificCharacterSet', 'ISO_IR 192')
      .set('SOPClassUID', sopClassUID)
      .set('SOPInstanceUID', sop)
      .set('Modality', modality)
      .set('PatientID', 'P9')
      .set('PatientName', 'Žižka^Jan')
      .set('StudyInstanceUID', '1.2.9')
      .set('SeriesInstanceUID', `1.2.9.9.${String(number)}`)
      .set('SeriesNumber', number)
      .set('InstanceNumber', 1)
      .set('ContentDate', '20260101')
      .set('ContentTime', '101010')
      .set('ConceptNameCodeSequence', [name]);
    return writePart10({ sopClassUID, sopInstanceUID: sop, transferSyntaxUID: SYNTAX.explicit }, dataset);
  }

  function files(): readonly (readonly [string, Uint8Array])[] {
    const images = [1, 2, 3, 4].map(
      (seed) => [`IMG/I${String(seed)}`, instanceBytes({ seed, PatientID: `P${String(seed % 2)}` })] as const,
    );
    const documents = KINDS.map(
      ([sopClass, modality], index) => [`DOC/D${String(index)}`, document(sopClass, modality, index + 1)] as const,
    );
    return [...images, ...documents];
  }

  const entryOf = (bytes: Uint8Array, name: string): DirectoryEntry => {
    const entry = directoryEntry(readDicom(new BufferSource(bytes)), name.split('/'));
    if (!entry) throw new Error(`${name} has no place in a DICOMDIR`);
    return entry;
  };

  function writeSet(): string {
    const all = files();
    for (const [name, bytes] of all) put(`set/${name}`, bytes);
    const bytes = writeDicomdir({
      fileSetID: 'FIELDBOX',
      sopInstanceUID: '1.2.9.99',
      entries: all.map(([name, content]) => entryOf(content, name)),
    });
    expect(readDicomdir(readDicom(new BufferSource(bytes))).referencedFiles).toHaveLength(all.length);
    return put('set/DICOMDIR', bytes);
  }

  it('is read by DCMTK without a warning', () => {
    const name = writeSet();
    expect(complaints('dcmdump', [name])).toEqual({ status: 0, lines: [] });
    expect(run('dcm2xml', ['--quiet', '--convert-to-utf8', name])).toContain('Žižka^Jan');
  });

  it('satisfies dciodvfy', () => {
    const { lines } = complaints('dciodvfy', [writeSet()]);
    expect(lines.filter((line) => line.startsWith('Error'))).toEqual([]);
  });

  it('is a file set for pydicom, which finds every file by its records', () => {
    writeSet();
    const script = `
import warnings
warnings.filterwarnings('error', category=UserWarning)
from pydicom.fileset import FileSet
found = FileSet('set/DICOMDIR')
for instance in found:
    record = instance.node._record
    if 'ConceptNameCodeSequence' in record:
        assert record.ConceptNameCodeSequence[0].CodeMeaning == 'D’intérêt'
    assert instance.load().SOPInstanceUID == instance.SOPInstanceUID
print(len(found), found.ID, len(found.find_values('PatientID')), sorted(set(i.node._record.DirectoryRecordType for i in found)))
`;
    expect(run(PYTHON, ['-W', 'ignore::DeprecationWarning', '-c', script]).trim()).toBe(
      "14 FIELDBOX 3 ['ENCAP DOC', 'IMAGE', 'KEY OBJECT DOC', 'PRESENTATION', 'RAW DATA', 'REGISTRATION', 'RT DOSE', 'RT PLAN', 'RT STRUCTURE SET', 'SR DOCUMENT', 'WAVEFORM']",
    );
  });

  it('is one that DCMTK can go on with: dcmmkdir adds a file and keeps what was there', () => {
    writeSet();
    put('set/IMG/I9', instanceBytes({ seed: 9, PatientID: 'P1' }));
    const { status, stderr } = spawnSync(
      'dcmmkdir',
      ['--general-purpose', '--append', '--output-file', 'DICOMDIR', '--invent', 'IMG/I9'],
      { cwd: join(folder, 'set'), encoding: 'utf8' },
    );
    expect([status, stderr.split('\n').filter((line) => line.startsWith('E:'))]).toEqual([0, []]);
    expect(run('dcmdump', ['+P', '0004,1500', 'set/DICOMDIR']).trim().split('\n')).toHaveLength(15);
  });
});
