import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import type { AnonymisationProfile, TagValue } from '@shared/model/anonymisation';
import { AnonymisationKeyId, type PatientKey } from '@shared/model/ids';
import { type AnonymisationKey, type CheckedValues, checkValues } from '../../dicom/anonymise';
import { foldText } from '../catalog/folding';
import type { EngineContext } from '../context';
import { fingerprintOf } from '../index-writer/apply-anonymisation';
import { statement } from '../index-writer/statements';
import type { NewRecord } from '../records/record';

/** Dates go back by 30 days to ten years, so that none of them lies in the future. */
const SHIFT_DAYS = { least: 30, most: 3682 } as const;
/** Letters and digits that are not taken for each other when they are read aloud or written by hand (Crockford). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** How one patient's data are replaced. */
export interface UsableKey {
  readonly id: number;
  readonly key: AnonymisationKeyId;
  readonly anonymousName: string;
  readonly anonymousID: string;
  /** What the pure module wants; the same object for all images, so that what it derives is remembered. */
  readonly forModule: AnonymisationKey;
}

interface Raw {
  readonly id: number;
  readonly key: AnonymisationKeyId;
  readonly secret: string;
  readonly dateShiftDays: number;
  readonly anonymousName: string;
  readonly anonymousID: string;
  readonly tagValues: string;
}

/**
 * The keys of one act: one for each of its patients, found or made. The profile and the given values decide together which key it
 * is, so that the same image never gets two contents under one UID.
 */
export class KeyBook {
  private readonly known = new Map<PatientKey, UsableKey>();
  private readonly checked: CheckedValues;
  private readonly fingerprint: string;

  /** Throws ANONYMISE_TAG_PATH. */
  constructor(
    private readonly ctx: EngineContext,
    private readonly profile: AnonymisationProfile,
    values: readonly TagValue[],
  ) {
    this.checked = checkValues(values);
    this.fingerprint = fingerprintOf({ profile, values: this.tagValues() });
  }

  /** Whether a number is given that only one patient can have. */
  get namesOnePatient(): boolean {
    return this.checked.patientID !== undefined;
  }

  /**
   * Checks that these patients can be told apart afterwards, and from everybody else.
   * Throws ANONYMISE_ONE_NUMBER, ANONYMISE_NAME_TAKEN.
   */
  requireDistinct(patients: ReadonlySet<PatientKey>): void {
    const { patientID } = this.checked;
    if (patientID === undefined) return;
    if (patients.size > 1) throw new FieldboxError('ANONYMISE_ONE_NUMBER', { patients: patients.size });
    const [patient] = patients;
    const { db } = this.ctx;
    const taken =
      statement(db, 'SELECT 1 FROM anonymisation_key WHERE anonymous_id = ? AND patient <> ?').get(
        patientID,
        patient,
      ) ??
      // Somebody of that number who is not the anonymous person of one of this patient's keys.
      statement(
        db,
        `SELECT 1 FROM patient WHERE id_folded = @folded
           AND NOT EXISTS (SELECT 1 FROM anonymisation_key WHERE anonymous_id = @patientID AND patient = @patient)`,
      ).get({ patientID, patient, folded: foldText(patientID) });
    if (taken) throw new FieldboxError('ANONYMISE_NAME_TAKEN');
  }

  /**
   * The patients' keys; those that there are not yet are made, and durable. Who is no patient gets none. Called for one group of
   * patients at a time. Throws DISK_*.
   */
  async of(patients: ReadonlySet<PatientKey>): Promise<ReadonlyMap<PatientKey, UsableKey>> {
    await this.make([...patients].filter((patient) => this.find(patient) === undefined));
    const found = new Map<PatientKey, UsableKey>();
    for (const patient of patients) {
      const key = this.find(patient);
      if (key) found.set(patient, key);
    }
    return found;
  }

  private find(patient: PatientKey): UsableKey | undefined {
    const key = this.known.get(patient) ?? this.stored(patient);
    if (key) this.known.set(patient, key);
    return key;
  }

  private stored(patient: PatientKey): UsableKey | undefined {
    const raw = statement(
      this.ctx.db,
      `SELECT id, key, secret, date_shift_days AS dateShiftDays, anonymous_name AS anonymousName, anonymous_id AS anonymousID,
         tag_values AS tagValues
       FROM anonymisation_key WHERE patient = ? AND fingerprint = ?`,
    ).get(patient, this.fingerprint) as Raw | undefined;
    if (!raw) return undefined;
    const { id, key, anonymousName, anonymousID, dateShiftDays } = raw;
    return {
      id,
      key,
      anonymousName,
      anonymousID,
      forModule: {
        secret: new Uint8Array(Buffer.from(raw.secret, 'hex')),
        values: {
          patientName: anonymousName,
          patientID: anonymousID,
          dateShiftDays,
          extra: this.checked.values,
        },
      },
    };
  }

  private async make(patients: readonly PatientKey[]): Promise<void> {
    const { db } = this.ctx;
    const pseudonyms = new Set<string>();
    const records = patients.flatMap((patient): NewRecord[] => {
      const who = statement(db, 'SELECT PatientName, PatientID, PatientBirthDate FROM patient WHERE key = ?').get(
        patient,
      ) as { PatientName: string; PatientID: string; PatientBirthDate: string } | undefined;
      if (!who) return [];
      const pseudonym = freePseudonym(db, pseudonyms);
      pseudonyms.add(pseudonym);
      const body = {
        key: AnonymisationKeyId.parse(randomUUID()),
        patient,
        profile: this.profile,
        values: this.tagValues(),
        secret: randomBytes(32).toString('hex'),
        dateShiftDays: -randomInt(SHIFT_DAYS.least, SHIFT_DAYS.most + 1),
        anonymousName: this.checked.patientName ?? pseudonym,
        anonymousID: this.checked.patientID ?? pseudonym,
        ...who,
      };
      return [{ type: 'anonymisation.keyMade', body }];
    });
    if (records.length > 0) await this.ctx.commit(records);
  }

  private tagValues(): TagValue[] {
    return this.checked.values.map(({ path, value }) => ({
      path,
      value: value === null || typeof value === 'string' ? value : [...value],
    }));
  }
}

/** A name that says nothing and that nobody has, such as ANON-4KD0-91XZ. */
function freePseudonym(db: Database, others: ReadonlySet<string>): string {
  for (;;) {
    const letters = Array.from(randomBytes(8), (byte) => ALPHABET.charAt(byte & 31)).join('');
    const name = `ANON-${letters.slice(0, 4)}-${letters.slice(4)}`;
    const taken =
      statement(db, 'SELECT 1 FROM anonymisation_key WHERE anonymous_id = ?').get(name) ??
      statement(db, 'SELECT 1 FROM patient WHERE id_folded = ?').get(foldText(name));
    if (!taken && !others.has(name)) return name;
  }
}
