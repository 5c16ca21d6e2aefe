import { z } from 'zod';
import type { ImageId } from '@shared/model/ids';
import type { Outgoing, Surroundings } from '../remote';

/** The four identifiers under which the server stored a file: it may have changed any of them, and only its own count there. */
export const Identifiers = z.object({
  PatientID: z.string(),
  StudyInstanceUID: z.string().min(1),
  SeriesInstanceUID: z.string().min(1),
  SOPInstanceUID: z.string().min(1),
});
export type Identifiers = z.infer<typeof Identifiers>;

const Stored = Identifiers.extend({ sha256: z.string(), retina: z.boolean() });
/** What of ours is there under which identifiers. */
export type Stored = z.infer<typeof Stored>;

/** Modalities of photographs of the retina (PS3.3 C.8.17): the server wants the image's own UID in the place of the series'. */
const RETINA: ReadonlySet<string> = new Set(['OP', 'OPT']);

export function isRetina(item: Outgoing): boolean {
  return RETINA.has(item.facts.Modality);
}

/** The parameters by which a series, or a retina image, is asked for. */
export function seriesParameters(stored: Stored): Readonly<Record<string, string>> {
  const { PatientID, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, retina } = stored;
  return { PatientID, StudyInstanceUID, SeriesInstanceUID: retina ? SOPInstanceUID : SeriesInstanceUID };
}

/** What was stored under which identifiers, kept over restarts. */
export class StoredMemory {
  constructor(private readonly surroundings: Pick<Surroundings, 'remember' | 'recall'>) {}

  of(image: ImageId): Stored | null {
    const text = this.surroundings.recall(`as:${image}`);
    return text === null ? null : Stored.parse(JSON.parse(text));
  }

  keep(image: ImageId, stored: Stored): void {
    this.surroundings.remember(`as:${image}`, JSON.stringify(stored));
    const images = this.imagesIn(stored.SeriesInstanceUID);
    if (!images.includes(image)) this.setImages(stored.SeriesInstanceUID, [...images, image]);
    this.notePatient(stored.StudyInstanceUID, stored.PatientID);
  }

  forget(image: ImageId): void {
    const stored = this.of(image);
    if (stored === null) return;
    this.surroundings.remember(`as:${image}`, null);
    this.setImages(
      stored.SeriesInstanceUID,
      this.imagesIn(stored.SeriesInstanceUID).filter((other) => other !== image),
    );
  }

  /** Images of ours in a series of theirs. */
  imagesIn(series: string): readonly string[] {
    const text = this.surroundings.recall(`in:${series}`);
    return text === null ? [] : z.array(z.string()).parse(JSON.parse(text));
  }

  /** The patient of a study, for questions that name the study alone. */
  patientOf(study: string): string | null {
    return this.surroundings.recall(`patient:${study}`);
  }

  notePatient(study: string, patient: string): void {
    this.surroundings.remember(`patient:${study}`, patient);
  }

  /** What a result that is a zip held when it was kept. */
  contentOf(result: string): string | null {
    return this.surroundings.recall(`content:${result}`);
  }

  noteContent(result: string, content: string): void {
    this.surroundings.remember(`content:${result}`, content);
  }

  private setImages(series: string, images: readonly string[]): void {
    this.surroundings.remember(`in:${series}`, images.length === 0 ? null : JSON.stringify(images));
  }
}
