import { isPrivate, lookUp } from '../dictionary';
import type { DataSetView, Element, Tag, VR } from '../model';
import { DataSetBuilder } from '../writer';
import { copyElement, FREE_TEXT, isStructural, isText, setText } from './copy';
import { isTime, shiftDate, shiftDateTime } from './dates';
import {
  DUMMY_TEXT,
  dummyDocument,
  dummyItems,
  dummyValue,
  ENCAPSULATED_DOCUMENT,
  ENCAPSULATED_DOCUMENT_LENGTH,
} from './dummies';
import type { Identity } from './identity';
import type { AnonymisationOptions } from './options';
import { decide, outcomeOf, type ProfileRule, ruleFor } from './profile';
import { isPublicUID, type Replacements } from './replacement';
import { creatorTag, safePrivateVR } from './safe-private';
import { below, here, type PlacedValue, toBeMade } from './tag-path';

/** What the walk through a data set needs to know. */
export interface WalkContext {
  readonly options: AnonymisationOptions;
  readonly replacements: Replacements;
  readonly identity: Identity;
  readonly shiftDays: number;
  /** Pixel data and what lies behind it are written by the caller. */
  readonly skip: (tag: Tag) => boolean;
}

/** Of coded entries, what codes are made of: digits in them are no numbers of persons (PS3.3 8.8). */
const CODE_PARTS: ReadonlySet<Tag> = new Set<Tag>([
  0x00080100, 0x00080102, 0x00080103, 0x00080104, 0x00080105, 0x0008010f, 0x00080119, 0x00080120, 0x00080122,
]);
const CODE_MEANING = 0x00080104;
const OVERLAY_DATA = 0x3000;
const OVERLAY_TYPE = 0x0040;
const AUDIO = 0x2000;

/**
 * Applies the profile to one data set and, through it, to the items of its sequences (PS3.15 E.1). Within sequences that an
 * option cleans, every text is judged by `Identity.tells`; everywhere else texts that the table does not list are judged by
 * `Identity.repeats`. A text that fails is treated as the Basic Profile says, one not listed becomes a dummy.
 */
export class Walk {
  constructor(private readonly context: WalkContext) {}

  dataSet(view: DataSetView, placed: readonly PlacedValue[], cleaning = false): DataSetBuilder {
    const builder = new DataSetBuilder();
    const fixed = here(placed);
    const gone = this.groupsGone(view);
    for (const element of view.elements.values()) {
      const { tag } = element;
      if (isStructural(tag) || fixed.has(tag) || this.context.skip(tag) || gone.has(tag >>> 16)) continue;
      if (isPrivate(tag)) this.privateElement(view, element, builder);
      else this.element(view, element, builder, placed, cleaning);
    }
    for (const tag of toBeMade(placed)) {
      if (!builder.has(tag)) builder.set(tag, [this.dataSet(EMPTY_VIEW, below(placed, tag, 0))], 'SQ');
    }
    for (const [tag, value] of fixed) {
      if (value !== null) setText(builder, tag, lookUp(tag)?.vr ?? 'LO', typeof value === 'string' ? [value] : value);
    }
    return builder;
  }

  private element(
    view: DataSetView,
    element: Element,
    builder: DataSetBuilder,
    placed: readonly PlacedValue[],
    cleaning: boolean,
  ): void {
    const { tag, vr } = element;
    const rule = ruleFor(tag, vr);
    if (!rule) {
      this.unlisted(view, element, builder, placed, cleaning);
      return;
    }
    const decision = decide(rule, this.context.options);
    if (decision === 'keep') this.keep(view, element, builder, placed, cleaning);
    else if (decision === 'shift') this.shift(view, element, rule, builder);
    else if (decision === 'clean') this.clean(view, element, rule, builder, placed);
    else this.basic(view, element, rule, builder, placed, cleaning);
  }

  /** Kept, unless no dictionary knows it (what it holds cannot be judged) or it repeats who the patient is. */
  private unlisted(
    view: DataSetView,
    element: Element,
    builder: DataSetBuilder,
    placed: readonly PlacedValue[],
    cleaning: boolean,
  ): void {
    const { tag, vr } = element;
    if (lookUp(tag) === undefined || (tag === ENCAPSULATED_DOCUMENT_LENGTH && builder.has(tag))) return;
    if (vr === 'SQ') this.items(element, builder, placed, cleaning);
    else if (vr === 'UN') return;
    else if (FREE_TEXT.has(vr) && this.fails(view, tag, cleaning || isDrawing(tag)))
      setText(builder, tag, vr, [DUMMY_TEXT]);
    else if (element.fragments === undefined) copyElement(view, element, builder);
  }

  private fails(view: DataSetView, tag: Tag, cleaning: boolean): boolean {
    const { identity } = this.context;
    if (CODE_PARTS.has(tag)) return tag === CODE_MEANING && view.strings(tag).some((text) => identity.repeats(text));
    return view.strings(tag).some((text) => (cleaning ? identity.tells(text) : identity.repeats(text)));
  }

  /** Action K: as it is; the contents of sequences have rules of their own. */
  private keep(
    view: DataSetView,
    element: Element,
    builder: DataSetBuilder,
    placed: readonly PlacedValue[],
    cleaning: boolean,
  ): void {
    if (element.vr === 'SQ') this.items(element, builder, placed, cleaning);
    else if (element.vr !== 'UN' || element.length === 0) copyElement(view, element, builder);
  }

  /** Action C of dates (E.3.6): moved; times of day and offsets stay. What cannot be read as one is treated as the profile says. */
  private shift(view: DataSetView, element: Element, rule: ProfileRule, builder: DataSetBuilder): void {
    const { tag, vr } = element;
    if (element.length === 0) {
      builder.set(tag, '', vr);
      return;
    }
    const values = isText(vr) ? view.strings(tag).map((value) => this.shifted(value, vr)) : [undefined];
    const moved = values.filter((value) => value !== undefined);
    if (moved.length === values.length && moved.length > 0) setText(builder, tag, vr, moved);
    else this.basic(view, element, rule, builder, [], false);
  }

  private shifted(value: string, vr: VR): string | undefined {
    const { shiftDays } = this.context;
    if (value === '') return value;
    if (vr === 'DA') return shiftDate(value, shiftDays);
    if (vr === 'DT') return shiftDateTime(value, shiftDays);
    if (vr === 'TM') return isTime(value) ? value : undefined;
    return /^[+-]\d{4}$/.test(value) ? value : undefined;
  }

  /** Action C: kept where it tells nothing, else as the Basic Profile says. */
  private clean(
    view: DataSetView,
    element: Element,
    rule: ProfileRule,
    builder: DataSetBuilder,
    placed: readonly PlacedValue[],
  ): void {
    const { tag, vr } = element;
    if (vr === 'SQ') this.items(element, builder, placed, true);
    else if (this.isClean(view, tag, vr)) copyElement(view, element, builder);
    else this.basic(view, element, rule, builder, placed, false);
  }

  /** Texts that tell nothing; of drawings also numbers and points, but no sound (audio of 50xx, retired). */
  private isClean(view: DataSetView, tag: Tag, vr: VR): boolean {
    if (isText(vr)) return !view.strings(tag).some((text) => this.context.identity.tells(text));
    return isDrawing(tag) && !(tag >>> 24 === 0x50 && (tag & 0xff00) === AUDIO);
  }

  private basic(
    view: DataSetView,
    element: Element,
    rule: ProfileRule,
    builder: DataSetBuilder,
    placed: readonly PlacedValue[],
    cleaning: boolean,
  ): void {
    const { tag } = element;
    const isSequence = element.vr === 'SQ';
    const vr = rule.action === 'U' ? 'UI' : element.vr;
    const isEmpty = isSequence ? (element.items ?? []).length === 0 : element.length === 0;
    switch (outcomeOf(rule.action, isEmpty)) {
      case 'remove':
        return;
      case 'empty':
        builder.set(tag, isSequence ? [] : '', vr);
        return;
      case 'replace-uid':
        if (isSequence) this.items(element, builder, placed, cleaning);
        else setText(builder, tag, 'UI', this.uids(view, tag));
        return;
      case 'dummy':
        this.dummy(view, element, builder, placed);
    }
  }

  private dummy(view: DataSetView, element: Element, builder: DataSetBuilder, placed: readonly PlacedValue[]): void {
    const { tag, vr } = element;
    if (vr === 'SQ') {
      const items = dummyItems(tag, element.items ?? []);
      if (items) builder.set(tag, items, 'SQ');
      else this.items(element, builder, placed, true);
    } else if (vr === 'UI') setText(builder, tag, 'UI', this.uids(view, tag));
    else if (tag === ENCAPSULATED_DOCUMENT) {
      const document = dummyDocument(view);
      builder.set(tag, document, 'OB').set(ENCAPSULATED_DOCUMENT_LENGTH, document.length);
    } else builder.set(tag, dummyValue(vr), vr);
  }

  private uids(view: DataSetView, tag: Tag): string[] {
    return view
      .strings(tag)
      .map((uid) => (uid === '' || isPublicUID(tag, uid) ? uid : this.context.replacements.uid(uid)));
  }

  private items(element: Element, builder: DataSetBuilder, placed: readonly PlacedValue[], cleaning: boolean): void {
    const items = (element.items ?? []).map((item, index) =>
      this.dataSet(item, below(placed, element.tag, index), cleaning),
    );
    builder.set(element.tag, items, 'SQ');
  }

  /** Odd groups go, but for those known to be safe, with their creators (E.3.10). */
  private privateElement(view: DataSetView, element: Element, builder: DataSetBuilder): void {
    const { options, identity } = this.context;
    const place = creatorTag(element.tag);
    if (!options.retainSafePrivate || place === undefined) return;
    const creator = view.string(place);
    const vr = safePrivateVR(element.tag, creator);
    if (creator === undefined || vr === undefined || element.vr === 'SQ' || (element.vr !== vr && element.vr !== 'UN'))
      return;
    const known: Element = { ...element, vr };
    if (isText(vr)) {
      const values = view.strings(element.tag);
      if (values.some((text) => identity.tells(text) && !/^[-+.\dEe]+$/.test(text))) return;
      setText(builder, element.tag, vr, values);
    } else copyElement(view, known, builder);
    builder.set(place, creator, 'LO');
  }

  /** Overlay groups whose drawing goes: the rest of the group would describe what is not there (PS3.3 C.9.2). */
  private groupsGone(view: DataSetView): ReadonlySet<number> {
    const gone = new Set<number>();
    for (const tag of view.elements.keys()) {
      const group = tag >>> 16;
      if (tag >>> 24 === 0x60 && !isPrivate(tag) && !this.keepsOverlay(view, group)) gone.add(group);
    }
    return gone;
  }

  /** With Clean Graphics (E.3.3) overlays that mark a region stay; those of graphics may be writing, which nothing here can read. */
  private keepsOverlay(view: DataSetView, group: number): boolean {
    const at = (element: number): Tag => ((group << 16) | element) >>> 0;
    return (
      this.context.options.cleanGraphics === true && view.has(at(OVERLAY_DATA)) && view.string(at(OVERLAY_TYPE)) === 'R'
    );
  }
}

/** Curves and overlays (PS3.5 7.6). */
function isDrawing(tag: Tag): boolean {
  const high = tag >>> 24;
  return (high === 0x50 || high === 0x60) && !isPrivate(tag);
}

const EMPTY_VIEW: DataSetView = {
  source: { size: 0, bytes: () => new Uint8Array() },
  littleEndian: true,
  explicitVR: true,
  elements: new Map(),
  has: () => false,
  element: () => undefined,
  bytes: () => undefined,
  strings: () => [],
  string: () => undefined,
  numbers: () => [],
  number: () => undefined,
  items: () => [],
};
