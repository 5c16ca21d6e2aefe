import { useMemo, type ReactElement } from 'react';
import { dateOf, personName, sexName, showBirth, showDateTime, showInstant } from '../../../app/format';
import { isLossy, lateralityOf, valueOf } from '../data/attributes';
import { asWindow } from '../data/look';
import { linesOf, lookOf, viewOf, voiOf, type Shown, type ViewerState } from '../data/store';
import { edgeLetters, imageDirections } from '../math/anatomy';
import { UPRIGHT } from '../math/transform';
import { useViewer } from './context';
import { showCount, showPercent, showValue } from './numbers';
import type { Details } from './useDetails';
import { useSay, type Say } from './words';
import styles from './overlay.module.css';

/** The patient's lines: from the picture's own data, and from our register where the picture is silent. */
function patientLines(shown: Shown, details: Details): readonly string[] {
  const { row } = shown.place;
  const { patient, attributes } = details;
  const on = dateOf(row.StudyDate) ?? dateOf(row.ContentDate) ?? new Date();
  const stated = valueOf(attributes, 'PatientBirthDate');
  const born = patient
    ? showBirth(patient, on)
    : stated === ''
      ? ''
      : showBirth({ PatientBirthDate: stated, birthDatePrecision: 'known', ageYears: null, ageOn: null }, on);
  const sex = patient?.PatientSex || valueOf(attributes, 'PatientSex');
  return [personName(row.PatientName), row.PatientID, [born, sex && sexName(sex)].filter(Boolean).join(' · ')];
}

function studyLines(shown: Shown, details: Details): readonly string[] {
  const { row } = shown.place;
  const { attributes } = details;
  const date = row.StudyDate || row.ContentDate;
  const time = valueOf(attributes, 'AcquisitionTime') || row.ContentTime;
  const when = date ? showDateTime(date, time) : row.takenAt ? showInstant(row.takenAt) : '';
  return [
    when,
    [row.Modality, details.kind].filter(Boolean).join(' · '),
    valueOf(attributes, 'StudyDescription'),
    row.SeriesDescription,
    valueOf(attributes, 'InstitutionName'),
  ];
}

function sideName(letter: string, say: Say): string {
  if (letter === 'R') return say('overlay.right');
  if (letter === 'L') return say('overlay.left');
  if (letter === 'B') return say('overlay.both');
  return letter === 'U' ? say('overlay.unpaired') : '';
}

function placeLines(shown: Shown, details: Details, total: number, say: Say, language: string): readonly string[] {
  const { place, frame } = shown;
  const number = (value: number): string => showCount(value, language);
  return [
    sideName(lateralityOf(details.attributes, place.frame), say),
    place.frames > 1 ? say('overlay.frame', { number: number(place.frame + 1), total: number(place.frames) }) : '',
    say('overlay.image', { number: number(place.index + 1), total: number(total) }),
    frame ? say('overlay.matrix', { columns: number(frame.header.width), rows: number(frame.header.height) }) : '',
  ];
}

/** Window, zoom and turn in words. */
function useLookLines(say: Say, language: string): readonly string[] {
  const header = useViewer((state) => state.shown?.frame?.header);
  const look = useViewer(lookOf);
  const scale = useViewer((state) => viewOf(state).scale * state.devicePixelRatio);
  const text = useViewer((state) => windowText(state, say, language));
  if (!header) return [];
  const { orientation } = look.view;
  const isTurned = JSON.stringify(orientation) !== JSON.stringify(UPRIGHT);
  const remarks = [look.invert ? say('overlay.inverted') : '', isTurned ? say('overlay.turned') : ''];
  return [remarks.filter(Boolean).join(' · '), text, say('overlay.zoom', { percent: showPercent(scale, language) })];
}

function windowText(state: ViewerState, say: Say, language: string): string {
  const header = state.shown?.frame?.header;
  const voi = voiOf(state);
  if (!header || !voi || (header.kind === 'rgb' && lookOf(state).window.type === 'default')) return '';
  if (voi.type === 'table') return say('overlay.table');
  const { center, width } = asWindow(voi, header);
  return say('overlay.window', { width: showValue(width, language), center: showValue(center, language) });
}

/** The value under the mouse. */
function HoverLine(): ReactElement {
  const { say, language } = useSay();
  const hover = useViewer((state) => state.hover);
  const unit = useViewer((state) => state.shown?.frame?.header.unit ?? '');
  if (!hover) return <p>{'\u00a0'}</p>;
  const [first = 0, g = 0, b = 0] = hover.values;
  const value =
    hover.values.length === 3
      ? say('overlay.rgb', { r: showCount(first, language), g: showCount(g, language), b: showCount(b, language) })
      : [showValue(first, language), unit].filter(Boolean).join(' ');
  const at = { column: showCount(hover.column, language), row: showCount(hover.row, language) };
  return <p data-testid="viewer-hover">{say('overlay.value', { ...at, value })}</p>;
}

function Corner(props: {
  readonly corner: 'topLeft' | 'topRight' | 'bottomLeft' | 'bottomRight';
  readonly lines: readonly string[];
  readonly children?: ReactElement;
}): ReactElement {
  return (
    <div className={styles[props.corner]} data-testid={`viewer-${props.corner}`}>
      {props.children}
      {[...new Set(props.lines.filter(Boolean))].map((line, index) => (
        <p key={index}>
          <bdi>{line}</bdi>
        </p>
      ))}
    </div>
  );
}

/** Data on the picture, in the corners where radiologists look for it; it never mirrors with the language. */
export function Overlay({ details }: { readonly details: Details }): ReactElement | null {
  const { say, language } = useSay();
  const shown = useViewer((state) => state.shown);
  const visible = useViewer((state) => state.overlay);
  const total = useViewer((state) => state.stack.images.length);
  const lookLines = useLookLines(say, language);
  if (!shown) return null;
  return (
    <div className={styles['overlay']} dir="ltr">
      {visible && (
        <>
          <Corner corner="topLeft" lines={patientLines(shown, details)} />
          <Corner corner="topRight" lines={studyLines(shown, details)} />
          <Corner corner="bottomLeft" lines={placeLines(shown, details, total, say, language)} />
          <Corner corner="bottomRight" lines={lookLines}>
            <HoverLine />
          </Corner>
          <Edges details={details} />
        </>
      )}
      <Warnings details={details} />
    </div>
  );
}

/** Which side of the patient lies where, if the file says so. */
function Edges({ details }: { readonly details: Details }): ReactElement {
  const frame = useViewer((state) => state.shown?.place.frame ?? 0);
  const hasPicture = useViewer((state) => Boolean(state.shown?.frame));
  const orientation = useViewer((state) => lookOf(state).view.orientation);
  const directions = useMemo(() => imageDirections(details.attributes, frame), [details.attributes, frame]);
  const letters = edgeLetters(hasPicture ? directions : null, orientation);
  return (
    <>
      {(['left', 'right', 'top', 'bottom'] as const).map((edge) => (
        <span key={edge} className={styles[`edge-${edge}`]} data-testid={`viewer-edge-${edge}`}>
          {letters[edge]}
        </span>
      ))}
    </>
  );
}

/** What must not be missed, whether the data is switched on or not. */
function Warnings({ details }: { readonly details: Details }): ReactElement {
  const { say } = useSay();
  const row = useViewer((state) => state.shown?.place.row);
  const hasPicture = useViewer((state) => Boolean(state.shown?.frame));
  const basis = useViewer((state) => state.shown?.frame?.header.spacing?.kind ?? 'pixels');
  const measured = useViewer((state) => linesOf(state).length > 0);
  const lossy = hasPicture && row !== undefined && isLossy(details.attributes, row.TransferSyntaxUID);
  const note =
    measured && basis !== 'patient' ? say(basis === 'imager' ? 'length.noteImager' : 'length.notePixels') : '';
  return (
    <div className={styles['warnings']} role="status">
      {row?.conflict === true && <p className={styles['conflict']}>{say('warning.conflict')}</p>}
      {lossy && <p className={styles['quiet']}>{say('warning.lossy')}</p>}
      {note !== '' && <p className={styles['quiet']}>{note}</p>}
    </div>
  );
}

/** What a screen reader says of the picture. */
export function usePictureLabel(details: Details): string {
  const { say, language } = useSay();
  const shown = useViewer((state) => state.shown);
  const total = useViewer((state) => state.stack.images.length);
  if (!shown) return say('title');
  const lines = [
    ...patientLines(shown, details),
    ...studyLines(shown, details),
    ...placeLines(shown, details, total, say, language),
  ];
  return say('picture', { details: lines.filter(Boolean).join(', ') });
}
