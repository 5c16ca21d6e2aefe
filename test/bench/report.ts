/** What the benchmarks print: each line one comparison within one run, because machines differ and are noisy. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export interface Side {
  readonly name: string;
  /** What survives a power cut when the measured time ends. */
  readonly durability: string;
  readonly seconds: readonly number[];
  /** Processor time of all threads and processes, user and system: says more than the time that passed on a busy machine. */
  readonly atWork?: readonly number[];
}

/** Prints the sides and the first one's ratio to each other. */
export function compare(title: string, [ours, ...others]: readonly [Side, ...Side[]], goal: string): void {
  say(`\n${title}`);
  for (const side of [ours, ...others]) {
    const rounds = side.seconds.map((seconds) => seconds.toFixed(2)).join(', ');
    const atWork = side.atWork ? `   at work ${median(side.atWork).toFixed(2)} s` : '';
    say(
      `  ${side.name.padEnd(34)} median ${median(side.seconds).toFixed(2).padStart(7)} s   (${rounds})${atWork}   durable: ${side.durability}`,
    );
  }
  for (const other of others) {
    const ratio = median(ours.seconds) / median(other.seconds);
    const atWork =
      ours.atWork && other.atWork ? `   at work: ${(median(ours.atWork) / median(other.atWork)).toFixed(2)}` : '';
    say(`  ratio to ${other.name}: ${ratio.toFixed(2)}${atWork}`);
  }
  say(`  goal: ${goal}`);
}
