import type { ByteSource, DataSetView, DicomFile, Element, Tag } from '../../dicom/model';

/** Control characters have no place in the texts of directory records (PS3.5 6.1.3; ESC is gone once text is decoded). */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * A file whose texts read as a record may hold them: without control characters, dates and times of the ACR-NEMA form
 * (`1999.05.24`, `11:20:00`; PS3.5 6.2) in today's. Nothing else is different.
 */
export function printable(file: DicomFile): DicomFile {
  return { ...file, dataset: new PrintableView(file.dataset) };
}

class PrintableView implements DataSetView {
  constructor(private readonly view: DataSetView) {}

  get source(): ByteSource {
    return this.view.source;
  }

  get littleEndian(): boolean {
    return this.view.littleEndian;
  }

  get explicitVR(): boolean {
    return this.view.explicitVR;
  }

  get elements(): ReadonlyMap<Tag, Element> {
    return this.view.elements;
  }

  has(tag: Tag): boolean {
    return this.view.has(tag);
  }

  element(tag: Tag): Element | undefined {
    return this.view.element(tag);
  }

  bytes(tag: Tag): Uint8Array | undefined {
    return this.view.bytes(tag);
  }

  strings(tag: Tag): readonly string[] {
    return this.view.strings(tag).map((text) => this.todays(tag, text));
  }

  string(tag: Tag): string | undefined {
    const text = this.view.string(tag);
    return text === undefined ? undefined : this.todays(tag, text) || undefined;
  }

  private todays(tag: Tag, text: string): string {
    const printed = text.replace(CONTROLS, '');
    const vr = this.view.element(tag)?.vr;
    if (vr === 'DA' && /^\d{4}\.\d{2}\.\d{2}$/.test(printed)) return printed.replaceAll('.', '');
    if (vr === 'TM' && /^\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?$/.test(printed)) return printed.replaceAll(':', '');
    return printed;
  }

  numbers(tag: Tag): readonly number[] {
    return this.view.numbers(tag);
  }

  number(tag: Tag): number | undefined {
    return this.view.number(tag);
  }

  items(tag: Tag): readonly DataSetView[] {
    return this.view.items(tag).map((item) => new PrintableView(item));
  }
}
