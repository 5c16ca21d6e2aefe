import { useTranslation } from 'react-i18next';
import { useTarget } from '../../app/target';
import { useQuery } from '../../app/useQuery';
import { Select } from '../../components/Choice';

const DEFAULT = 'default';
const NOWHERE = 'nowhere';

/** The archive of a project that what is brought in goes into; there only when there are such archives. */
export function ImportArchive() {
  const { t } = useTranslation();
  const { data } = useQuery('projects.list', {});
  const chosen = useTarget((state) => state.archive);
  const open = (data?.rows ?? [])
    .filter((project) => project.active)
    .flatMap((project) =>
      project.archives
        .filter((row) => row.active)
        .map((row) => ({ archive: row.archive, label: `${project.name} / ${row.name}` })),
    );
  if (open.length === 0) return null;
  return (
    <Select<string>
      label={t('projects.importInto')}
      options={[
        { id: DEFAULT, label: t('projects.byDefault') },
        { id: NOWHERE, label: t('projects.nowhere') },
        ...open.map(({ archive, label }) => ({ id: archive, label })),
      ]}
      value={chosen === undefined ? DEFAULT : (chosen ?? NOWHERE)}
      onChange={(id) =>
        useTarget.setState({
          archive: id === DEFAULT ? undefined : (open.find((each) => each.archive === id)?.archive ?? null),
        })
      }
    />
  );
}
