import { FieldboxError } from '@shared/errors';

/**
 * Regular expressions that cannot run wild: they are run as a nondeterministic automaton, all ways at once (Thompson's
 * construction), so the time is bounded by length of value times size of pattern whatever both are. There are literals, `.`,
 * classes, `\\d \\w \\s` and their opposites, groups, `|`, `* + ? {n} {n,m} {n,}` and the anchors `^ $`; no look-around and no
 * back-references, which cannot be run in this way. Case does not matter.
 */
export interface Pattern {
  /** Whether the whole text fits. */
  test(text: string): boolean;
}

/** Steps of the automaton: more are refused. */
const MOST_STEPS = 500;
/** Parts that are looked at to make the steps: repeats of nothing within repeats make none, and would never end. */
const MOST_PARTS = 20_000;
const MOST_REPEATS = 200;
/** Groups within groups. */
const MOST_DEPTH = 50;
/** Code points of a value that are looked at; the index keeps no longer ones. */
export const MOST_TEXT = 1024;

type CharTest = (char: string) => boolean;
type Node =
  | { readonly type: 'char'; readonly test: CharTest }
  | { readonly type: 'sequence' | 'either'; readonly parts: readonly Node[] }
  | { readonly type: 'repeat'; readonly part: Node; readonly least: number; readonly most: number }
  | { readonly type: 'begin' | 'end' };

type Step =
  | { readonly type: 'char'; readonly test: CharTest }
  | { readonly type: 'split'; readonly to: number[] }
  | { readonly type: 'begin' | 'end' | 'match' };

/** Throws PATTERN_MALFORMED with the place (counted from 1), PATTERN_TOO_LARGE. */
export function compilePattern(source: string): Pattern {
  const program = assemble(new PatternParser(source).parse());
  return { test: (text) => fits(program, Array.from(text).slice(0, MOST_TEXT)) };
}

class PatternParser {
  private readonly chars: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(source: string) {
    this.chars = Array.from(source);
  }

  parse(): Node {
    const node = this.either();
    if (this.at < this.chars.length) this.fail();
    return node;
  }

  private either(): Node {
    const parts = [this.sequence()];
    while (this.peek() === '|') {
      this.at += 1;
      parts.push(this.sequence());
    }
    return parts.length === 1 && parts[0] ? parts[0] : { type: 'either', parts };
  }

  private sequence(): Node {
    const parts: Node[] = [];
    for (let next = this.peek(); next !== undefined && next !== '|' && next !== ')'; next = this.peek()) {
      parts.push(this.repeated(this.atom()));
    }
    return { type: 'sequence', parts };
  }

  private repeated(part: Node): Node {
    const counts = this.counts();
    if (!counts) return part;
    if (part.type === 'begin' || part.type === 'end') this.fail();
    if (this.peek() === '?') this.at += 1; // lazy or greedy: the same texts fit
    if (['*', '+', '?', '{'].includes(this.peek() ?? '')) this.fail();
    return { type: 'repeat', part, ...counts };
  }

  private counts(): { least: number; most: number } | undefined {
    const next = this.peek();
    if (next === '*' || next === '+' || next === '?') {
      this.at += 1;
      return { least: next === '+' ? 1 : 0, most: next === '?' ? 1 : Infinity };
    }
    if (next !== '{') return undefined;
    const match = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.chars.slice(this.at, this.at + 12).join(''));
    if (!match) return this.fail();
    const [whole, from = '', range, to] = match;
    const least = Number(from);
    const most = range === undefined ? least : to === undefined ? Infinity : Number(to);
    if (most < least) this.fail();
    if (least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS))
      throw new FieldboxError('PATTERN_TOO_LARGE');
    this.at += whole.length;
    return { least, most };
  }

  private atom(): Node {
    const next = this.peek();
    if (next === undefined || next === '*' || next === '+' || next === '?' || next === '{') return this.fail();
    this.at += 1;
    switch (next) {
      case '(':
        return this.group();
      case '[':
        return { type: 'char', test: this.charClass() };
      case '.':
        return { type: 'char', test: () => true };
      case '^':
        return { type: 'begin' };
      case '$':
        return { type: 'end' };
      case '\\':
        return { type: 'char', test: this.escape() };
      default:
        return { type: 'char', test: oneChar(next) };
    }
  }

  private group(): Node {
    this.depth += 1;
    if (this.depth > MOST_DEPTH) throw new FieldboxError('PATTERN_TOO_LARGE');
    if (this.peek() === '?') {
      if (this.chars[this.at + 1] !== ':') this.fail();
      this.at += 2;
    }
    const inner = this.either();
    if (this.peek() !== ')') this.fail();
    this.at += 1;
    this.depth -= 1;
    return inner;
  }

  /** Behind the backslash. */
  private escape(): CharTest {
    const next = this.peek();
    if (next === undefined) return this.fail();
    const known = ESCAPES[next];
    if (!known && /[A-Za-z0-9]/.test(next)) this.fail(); // back-references, word boundaries, code points
    this.at += 1;
    return known ?? oneChar(next);
  }

  /** Behind the opening bracket. */
  private charClass(): CharTest {
    const negated = this.peek() === '^';
    if (negated) this.at += 1;
    const tests: CharTest[] = [];
    for (let first = true; this.peek() !== ']' || first; first = false) {
      const from = this.peek();
      if (from === undefined || (first && from === ']')) return this.fail();
      this.at += 1;
      const escaped = from === '\\' ? this.classEscape() : from;
      if (typeof escaped !== 'string') tests.push(escaped);
      else if (this.peek() === '-' && this.chars[this.at + 1] !== ']') tests.push(this.range(escaped));
      else tests.push(oneChar(escaped));
    }
    this.at += 1;
    return (char) => tests.some((test) => test(char)) !== negated;
  }

  private classEscape(): CharTest | string {
    const next = this.peek();
    const test = this.escape();
    return next !== undefined && ESCAPES[next] === undefined ? next : test;
  }

  private range(from: string): CharTest {
    this.at += 1; // the hyphen
    const next = this.peek();
    if (next === undefined) return this.fail();
    this.at += 1;
    const to = next === '\\' ? this.classEscape() : next;
    if (typeof to !== 'string') return this.fail();
    const [low, high] = [codeOf(from), codeOf(to)];
    if (high < low) this.fail();
    return (char) => bothCases(char).some((each) => codeOf(each) >= low && codeOf(each) <= high);
  }

  private peek(): string | undefined {
    return this.chars[this.at];
  }

  private fail(): never {
    throw new FieldboxError('PATTERN_MALFORMED', { at: Math.min(this.at + 1, this.chars.length) });
  }
}

const isDigit: CharTest = (char) => /^\d$/.test(char);
const isWord: CharTest = (char) => /^[\p{L}\p{N}_]$/u.test(char);
const isSpace: CharTest = (char) => /^\s$/u.test(char);
const ESCAPES: Readonly<Record<string, CharTest | undefined>> = {
  d: isDigit,
  D: (char) => !isDigit(char),
  w: isWord,
  W: (char) => !isWord(char),
  s: isSpace,
  S: (char) => !isSpace(char),
};

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}

function bothCases(char: string): readonly string[] {
  return [char, char.toLowerCase(), char.toUpperCase()];
}

function oneChar(wanted: string): CharTest {
  const lower = wanted.toLowerCase();
  return (char) => char.toLowerCase() === lower;
}

/** The automaton as a list of steps; every step but a split goes on to the next one. */
function assemble(node: Node): readonly Step[] {
  const steps: Step[] = [];
  let parts = 0;
  const push = (step: Step): number => {
    if (steps.length >= MOST_STEPS) throw new FieldboxError('PATTERN_TOO_LARGE');
    return steps.push(step) - 1;
  };
  const split = (...to: number[]): number[] => {
    push({ type: 'split', to });
    return to;
  };
  const emit = (part: Node): void => {
    parts += 1;
    if (parts > MOST_PARTS) throw new FieldboxError('PATTERN_TOO_LARGE');
    switch (part.type) {
      case 'sequence':
        part.parts.forEach(emit);
        break;
      case 'either':
        emitEither(part.parts);
        break;
      case 'repeat':
        for (let time = 0; time < part.least; time += 1) emit(part.part);
        if (part.most === Infinity) emitLoop(part.part);
        else emitOptional(part.part, part.most - part.least);
        break;
      default:
        push(part);
    }
  };
  const emitEither = (parts: readonly Node[]): void => {
    const begins = split();
    const ends: number[][] = [];
    for (const part of parts) {
      begins.push(steps.length);
      emit(part);
      ends.push(split());
    }
    for (const end of ends) end.push(steps.length);
  };
  const emitLoop = (part: Node): void => {
    const begin = steps.length;
    const way = split(begin + 1);
    emit(part);
    split(begin);
    way.push(steps.length);
  };
  const emitOptional = (part: Node, times: number): void => {
    const ways: number[][] = [];
    for (let time = 0; time < times; time += 1) {
      ways.push(split(steps.length + 1));
      emit(part);
    }
    for (const way of ways) way.push(steps.length);
  };
  emit(node);
  push({ type: 'match' });
  return steps;
}

function fits(program: readonly Step[], text: readonly string[]): boolean {
  let current = reach(program, [0], 0, text.length);
  for (const [at, char] of text.entries()) {
    if (current.size === 0) return false;
    const next: number[] = [];
    for (const index of current) {
      const step = program[index];
      if (step?.type === 'char' && step.test(char)) next.push(index + 1);
    }
    current = reach(program, next, at + 1, text.length);
  }
  return current.has(program.length - 1);
}

/** Every step that can be stood on at a place of the text without reading a character. */
function reach(program: readonly Step[], from: readonly number[], at: number, length: number): Set<number> {
  const reached = new Set<number>();
  const open = [...from];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    const step = program[index];
    if (step?.type === 'split') open.push(...step.to);
    else if ((step?.type === 'begin' && at === 0) || (step?.type === 'end' && at === length)) open.push(index + 1);
  }
  return reached;
}
