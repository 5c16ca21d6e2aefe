import { withSentAs } from '@shared/model/remotes/proof-note';
import { uidName } from '../../../dicom/dictionary';
import { AssociationError } from '../../../network/association';
import { Status } from '../../../network/status';
import { Services } from '../../../network/uids';
import type { Outgoing, ProofOutcome, Surroundings } from '../remote';
import { type Associate, plain } from './associating';
import type { Commitments } from './commitments';
import { questionOf, rowOfAnswer } from './questions';
import { forgetSentAs, sentAs } from './sending';
import { troubleOfAssociation } from './trouble';

/** Seeks proof: by storage commitment where the peer gives it, otherwise by what a C-FIND lists. */
export class Proving {
  constructor(
    private readonly surroundings: Pick<Surroundings, 'recall' | 'remember'>,
    private readonly associate: Associate,
    private readonly commitments: Commitments,
  ) {}

  async prove(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    const outcomes = await this.sought(items, signal);
    return outcomes.map((outcome, at) => {
      const item = items[at];
      return item === undefined ? outcome : this.withEncoding(item, outcome);
    });
  }

  private async sought(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    let said: readonly (ProofOutcome | null)[] = items.map(() => null);
    try {
      said = await this.commitments.outcomes(items, signal);
      const unsaid = items.filter((_, at) => said[at] === null);
      if (unsaid.length === 0) return said.map((outcome) => outcome ?? { kind: 'unknown' });
      const listed = await this.listed(unsaid, signal);
      return items.map(
        ({ facts }, at) =>
          said[at] ??
          (listed.has(facts.SOPInstanceUID)
            ? { kind: 'proven', proof: { kind: 'query', note: 'C-FIND' } }
            : { kind: 'notListed' }),
      );
    } catch (error) {
      if (!(error instanceof AssociationError)) throw error;
      const trouble = troubleOfAssociation(error);
      return said.map((outcome) => outcome ?? { kind: 'later', trouble });
    }
  }

  /** Of an image that had to be sent in another encoding the proof says so: what is there has other bytes than what is here. */
  private withEncoding(item: Outgoing, outcome: ProofOutcome): ProofOutcome {
    if (outcome.kind !== 'proven') return outcome;
    const syntax = sentAs(item, this.surroundings);
    if (syntax === null) return outcome;
    forgetSentAs(item, this.surroundings);
    const { kind, note } = outcome.proof;
    return { kind: 'proven', proof: { kind, note: withSentAs(note, uidName(syntax)) } };
  }

  /** SOP Instance UIDs that the peer lists, asked series by series on one association. Throws AssociationError. */
  private async listed(items: readonly Outgoing[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const series = new Map(
      items.map(({ facts }) => [`${facts.StudyInstanceUID} ${facts.SeriesInstanceUID}`, facts] as const),
    );
    const user = await this.associate([plain(1, Services.StudyRootFind)], signal);
    try {
      for (const { StudyInstanceUID, SeriesInstanceUID } of series.values()) {
        const match = [
          { keyword: 'StudyInstanceUID', value: StudyInstanceUID },
          { keyword: 'SeriesInstanceUID', value: SeriesInstanceUID },
        ];
        const answers = user.find(Services.StudyRootFind, questionOf({ level: 'image', match }));
        let next = await answers.next();
        for (; next.done !== true; next = await answers.next())
          found.add(rowOfAnswer(next.value)['SOPInstanceUID'] ?? '');
        // A list that ends in a failure says nothing about what is not on it.
        if (next.value !== Status.Success)
          throw new AssociationError({ kind: 'malformed', what: `C-FIND 0x${next.value.toString(16).toUpperCase()}` });
      }
    } finally {
      await user.association.release();
    }
    return found;
  }
}
