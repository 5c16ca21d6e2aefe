import { FieldboxError } from '@shared/errors';
import { lookUp, isPrivate, vrOf } from '../dictionary';
import { type ByteRange, type ByteSource, type Element, LONG_VRS, type Tag, type VR } from '../model';
import { Tags } from '../tags';
import { Cursor } from './cursor';
import { DataSet } from './data-set';

export interface ReadLimits {
  /** How deep sequences may be nested; real files stay below ten. */
  readonly depth: number;
  /** How many elements and fragments a file may have in all. */
  readonly elements: number;
}

export const defaultLimits: ReadLimits = { depth: 200, elements: 2_000_000 };

/** How data elements are encoded (PS3.5 annex A). */
export interface Encoding {
  readonly explicit: boolean;
  readonly little: boolean;
}

/** A value that breaks off because the file ends. */
export interface Cut {
  readonly tag: Tag;
  readonly claimed: number;
  readonly present: number;
}

const UNDEFINED_LENGTH = 0xffffffff;
const SHORT: ReadonlySet<string> = new Set([
  'AE',
  'AS',
  'AT',
  'CS',
  'DA',
  'DS',
  'DT',
  'FD',
  'FL',
  'IS',
  'LO',
  'LT',
  'PN',
  'SH',
  'SL',
  'SS',
  'ST',
  'TM',
  'UI',
  'UL',
  'US',
]);
const IMPLICIT_LITTLE: Encoding = { explicit: false, little: true };

interface Header {
  readonly tag: Tag;
  readonly vr: VR;
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads the structure of a data set: where each element lies, sequences opened, values left where they are. Every read is
 * bounded by the file's real size and by the limits, and every step goes forward, so that time is linear in the file.
 */
export class Parser {
  readonly cursor: Cursor;
  readonly warnings: string[] = [];
  cut: Cut | null = null;
  private count = 0;
  private pixelRepresentation = 0;

  constructor(
    source: ByteSource,
    private readonly limits: ReadLimits,
  ) {
    this.cursor = new Cursor(source);
  }

  /**
   * Reads from `start` until the end of the source, or until `until` says that the next tag no longer belongs here.
   * Throws DICOM_MALFORMED, DICOM_TOO_DEEP.
   */
  dataSet(
    start: number,
    encoding: Encoding,
    until: (tag: Tag) => boolean = () => false,
  ): { dataSet: DataSet; end: number } {
    const dataSet = new DataSet(this.cursor.source, encoding.little, encoding.explicit, null);
    let at = start;
    while (this.cursor.has(at, 8)) {
      const tag = this.cursor.tag(at, encoding.little);
      if (until(tag)) return { dataSet, end: at };
      if (tag === Tags.ItemDelimitationItem || tag === Tags.SequenceDelimitationItem) {
        this.warn('a delimiter stands outside of any sequence');
        at += 8;
        continue;
      }
      const element = this.element(dataSet, at, this.cursor.size, encoding, 0);
      if (!element) break;
      dataSet.add(element);
      at = element.end;
    }
    if (at < this.cursor.size && !this.cursor.has(at, 8)) this.cutInHeader(at);
    return { dataSet, end: Math.min(at, this.cursor.size) };
  }

  /** One element; undefined when the file ends inside its header. */
  private element(owner: DataSet, at: number, limit: number, encoding: Encoding, depth: number): Element | undefined {
    if (++this.count > this.limits.elements)
      throw new FieldboxError('DICOM_MALFORMED', { reason: 'too many elements' });
    const header = this.header(at, encoding);
    if (!header) {
      this.cutInHeader(at);
      return undefined;
    }
    const { tag, vr, offset, length } = header;
    if (tag === Tags.PixelRepresentation)
      this.pixelRepresentation =
        length >= 2 && this.cursor.has(offset, 2) ? this.cursor.u16(offset, encoding.little) : 0;
    if (length === UNDEFINED_LENGTH) return this.undefinedLength(owner, at, header, limit, encoding, depth);
    const available = Math.max(0, Math.min(limit, this.cursor.size) - offset);
    const present = Math.min(length, available);
    if (present < length) {
      if (offset + length > this.cursor.size) this.cut ??= { tag, claimed: length, present };
      this.warn('a value is longer than what is left for it');
    }
    const plain: Element = {
      tag,
      vr,
      start: at,
      offset,
      length: present,
      end: offset + present,
      undefinedLength: false,
    };
    return vr === 'SQ' ? this.definedSequence(owner, plain, encoding, depth) : plain;
  }

  private header(at: number, encoding: Encoding): Header | undefined {
    const { cursor } = this;
    if (!cursor.has(at, 8)) return undefined;
    const tag = cursor.tag(at, encoding.little);
    if (!encoding.explicit || tag >>> 16 === 0xfffe) return this.implicitHeader(at, tag, encoding);
    const code = String.fromCharCode(cursor.u8(at + 4), cursor.u8(at + 5));
    if (SHORT.has(code)) return { tag, vr: code as VR, offset: at + 8, length: cursor.u16(at + 6, encoding.little) };
    if (LONG_VRS.has(code)) {
      if (!cursor.has(at, 12)) return undefined;
      return { tag, vr: this.knownVR(tag, code as VR), offset: at + 12, length: cursor.u32(at + 8, encoding.little) };
    }
    this.warn('an element has no valid VR');
    return this.withoutVR(at, tag, encoding);
  }

  /**
   * An element whose VR is none: some writers leave it out or put blanks, newer editions have VRs of their own (PS3.5 6.2.2
   * note 4: long form). The form is taken after which a plausible next element follows.
   */
  private withoutVR(at: number, tag: Tag, encoding: Encoding): Header | undefined {
    const { cursor } = this;
    const vr = vrOf(tag);
    const forms: Header[] = [{ tag, vr, offset: at + 8, length: cursor.u16(at + 6, encoding.little) }];
    if (cursor.has(at, 12) && cursor.u16(at + 6, encoding.little) === 0)
      forms.unshift({ tag, vr, offset: at + 12, length: cursor.u32(at + 8, encoding.little) });
    const implicit = this.implicitHeader(at, tag, encoding);
    forms.push(implicit);
    // An odd group is half of all numbers, so a standard attribute counts for more.
    return (
      forms.find((form) => this.followedBy(form, encoding) === 'standard') ??
      forms.find((form) => this.followedBy(form, encoding) !== null) ??
      implicit
    );
  }

  private followedBy(form: Header, encoding: Encoding): 'standard' | 'private' | null {
    const end = form.offset + form.length;
    if (end === this.cursor.size) return 'standard';
    if (!this.cursor.has(end, 8)) return null;
    const next = this.cursor.tag(end, encoding.little);
    if (next >>> 16 < form.tag >>> 16) return null;
    if (lookUp(next) !== undefined || next >>> 16 === 0xfffe) return 'standard';
    return isPrivate(next) ? 'private' : null;
  }

  private implicitHeader(at: number, tag: Tag, encoding: Encoding): Header {
    return { tag, vr: this.resolved(tag), offset: at + 8, length: this.cursor.u32(at + 4, encoding.little) };
  }

  /** An explicit UN of a standard attribute or a private creator has the VR of the dictionary (PS3.5 6.2.2 note 2, 7.8.1). */
  private knownVR(tag: Tag, vr: VR): VR {
    return vr === 'UN' ? this.resolved(tag) : vr;
  }

  private resolved(tag: Tag): VR {
    const entry = lookUp(tag);
    if (entry?.ambiguous?.startsWith('US or SS') && this.pixelRepresentation === 1) return 'SS';
    return entry?.vr ?? vrOf(tag);
  }

  private undefinedLength(
    owner: DataSet,
    at: number,
    header: Header,
    limit: number,
    encoding: Encoding,
    depth: number,
  ): Element {
    const { tag, vr, offset } = header;
    const isPixels = tag === Tags.PixelData || vr === 'OB' || vr === 'OW';
    if (isPixels) return this.fragments(at, header, encoding);
    // PS3.5 6.2.2 note 7 and CP-246: UN of undefined length is a sequence encoded in implicit VR little endian.
    const explicitVR = encoding.explicit ? String.fromCharCode(this.cursor.u8(at + 4), this.cursor.u8(at + 5)) : '';
    const inner = explicitVR === 'UN' ? this.encodingOfItems(offset, encoding) : encoding;
    const sequence = this.sequence(owner, offset, limit, true, inner, depth + 1);
    return {
      tag,
      vr: 'SQ',
      start: at,
      offset,
      length: sequence.contentEnd - offset,
      end: sequence.end,
      undefinedLength: true,
      items: sequence.items,
    };
  }

  /** Writers that label a sequence UN but go on in explicit VR inside are recognised by the first element of the first item. */
  private encodingOfItems(offset: number, outer: Encoding): Encoding {
    if (!this.cursor.has(offset, 16) || this.cursor.tag(offset, outer.little) !== Tags.Item) return IMPLICIT_LITTLE;
    const code = String.fromCharCode(this.cursor.u8(offset + 12), this.cursor.u8(offset + 13));
    return SHORT.has(code) || LONG_VRS.has(code) ? outer : IMPLICIT_LITTLE;
  }

  private definedSequence(owner: DataSet, plain: Element, encoding: Encoding, depth: number): Element {
    const wasUN =
      encoding.explicit &&
      String.fromCharCode(this.cursor.u8(plain.start + 4), this.cursor.u8(plain.start + 5)) === 'UN';
    const inner = wasUN ? this.encodingOfItems(plain.offset, encoding) : encoding;
    const { items } = this.sequence(owner, plain.offset, plain.end, false, inner, depth + 1);
    const { tag, vr, start, offset, length, end, undefinedLength } = plain;
    return { tag, vr, start, offset, length, end, undefinedLength, items };
  }

  private sequence(
    owner: DataSet,
    start: number,
    limit: number,
    delimited: boolean,
    encoding: Encoding,
    depth: number,
  ): { items: DataSet[]; contentEnd: number; end: number } {
    if (depth > this.limits.depth) throw new FieldboxError('DICOM_TOO_DEEP');
    const items: DataSet[] = [];
    let at = start;
    while (at + 8 <= limit && this.cursor.has(at, 8)) {
      const tag = this.cursor.tag(at, encoding.little);
      const length = this.cursor.u32(at + 4, encoding.little);
      if (tag === Tags.SequenceDelimitationItem) {
        return { items, contentEnd: at, end: delimited ? at + 8 : limit };
      }
      if (tag !== Tags.Item) {
        this.warn('something stands in a sequence that is no item');
        return { items, contentEnd: at, end: delimited ? at : limit };
      }
      const item = this.item(owner, at + 8, length, limit, encoding, depth);
      items.push(item.dataSet);
      at = item.end;
    }
    if (delimited) {
      this.cut ??= { tag: Tags.SequenceDelimitationItem, claimed: 8, present: 0 };
      this.warn('a sequence has no end');
    }
    return { items, contentEnd: Math.min(at, limit), end: delimited ? Math.min(at, limit) : limit };
  }

  private item(
    owner: DataSet,
    start: number,
    length: number,
    limit: number,
    encoding: Encoding,
    depth: number,
  ): { dataSet: DataSet; end: number } {
    const dataSet = new DataSet(this.cursor.source, encoding.little, encoding.explicit, owner);
    const delimited = length === UNDEFINED_LENGTH;
    const end = delimited ? limit : Math.min(start + length, limit);
    if (!delimited && start + length > limit) this.warn('an item is longer than its sequence');
    let at = start;
    while (at + 8 <= end && this.cursor.has(at, 8)) {
      const tag = this.cursor.tag(at, encoding.little);
      if (tag === Tags.ItemDelimitationItem) {
        if (delimited) return { dataSet, end: at + 8 };
        at += 8;
        continue;
      }
      if (tag === Tags.SequenceDelimitationItem && delimited) {
        this.warn('an item has no end');
        return { dataSet, end: at };
      }
      const element = this.element(dataSet, at, end, encoding, depth);
      if (!element) break;
      dataSet.add(element);
      at = Math.max(element.end, at + 8);
    }
    return { dataSet, end: delimited ? Math.min(at, limit) : end };
  }

  /** Encapsulated pixel data (PS3.5 A.4): items without data elements up to the delimiter. */
  private fragments(start: number, header: Header, encoding: Encoding): Element {
    const { tag, vr, offset } = header;
    const fragments: ByteRange[] = [];
    let at = offset;
    const element = (contentEnd: number, end: number): Element => ({
      tag,
      vr,
      start,
      offset,
      length: contentEnd - offset,
      end,
      undefinedLength: true,
      fragments,
    });
    while (this.cursor.has(at, 8)) {
      if (++this.count > this.limits.elements)
        throw new FieldboxError('DICOM_MALFORMED', { reason: 'too many fragments' });
      const itemTag = this.cursor.tag(at, encoding.little);
      const length = this.cursor.u32(at + 4, encoding.little);
      if (itemTag === Tags.SequenceDelimitationItem) return element(at, at + 8);
      if (itemTag !== Tags.Item) {
        this.warn('the pixel data have something between their fragments');
        return element(at, at);
      }
      const present = Math.min(length, this.cursor.size - at - 8);
      fragments.push({ offset: at + 8, length: present });
      if (present < length) this.cut ??= { tag, claimed: length, present };
      at += 8 + present;
    }
    this.cut ??= { tag, claimed: 8, present: this.cursor.size - at };
    this.warn('the pixel data have no end');
    return element(this.cursor.size, this.cursor.size);
  }

  private cutInHeader(at: number): void {
    this.cut ??= { tag: 0, claimed: 8, present: this.cursor.size - at };
    this.warn('the file ends inside the header of an element');
  }

  private warn(text: string): void {
    if (this.warnings.length < 20 && !this.warnings.includes(text)) this.warnings.push(text);
  }
}
