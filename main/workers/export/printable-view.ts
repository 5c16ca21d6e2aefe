import type { ByteSource, DataSetView, DicomFile, Element, Tag } from '../../dicom/model';

/** Control characters have no place in the texts of directory records (PS3.5 6.1.3; ESC is gone once text is decoded). */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** A file whose texts read without control characters; nothing else is different. */
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
    return this.view.strings(tag).map((text) => text.replace(CONTROLS, ''));
  }

  string(tag: Tag): string | undefined {
    const text = this.view.string(tag)?.replace(CONTROLS, '');
    return text === '' ? undefined : text;
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
