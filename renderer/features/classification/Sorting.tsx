import { useJobs } from '../../app/jobs';
import { JobProgress } from '../../components/JobProgress';

/** What the sorting in the background is doing. */
export function Sorting() {
  const job = useJobs((state) =>
    Object.values(state.jobs).find((each) => each.type === 'classify' && each.state === 'running'),
  );
  return job ? <JobProgress job={job} /> : null;
}
