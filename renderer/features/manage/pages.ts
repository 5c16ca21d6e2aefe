import type { TFunction } from 'i18next';
import {
  ClipboardList,
  Filter,
  FolderSync,
  FolderTree,
  KeyRound,
  ListFilter,
  ScrollText,
  Send,
  Shapes,
  SquareDashed,
  Tag,
  Trash2,
  UsersRound,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { lazy } from 'react';
import type { ComponentType } from 'react';
import type { EngineVerb } from '@shared/contract';

/** One page of "Manage". It is loaded when it is opened first. */
export interface ManagePage {
  /** Shown to whoever may do this; without it to everybody. */
  readonly needs?: EngineVerb;
  /** Part of the address. */
  readonly id: string;
  readonly icon: LucideIcon;
  readonly title: (t: TFunction) => string;
  /** One sentence on the card: what it is for. */
  readonly text: (t: TFunction) => string;
  /** `item`: which of its things is open, as in the address. */
  readonly Component: ComponentType<{ readonly item: string | null }>;
}

/** All of them, in the order of the cards: what is used every day first. */
export const managePages: readonly ManagePage[] = [
  {
    id: 'query',
    icon: ListFilter,
    title: (t) => t('query.title'),
    text: (t) => t('query.text'),
    Component: lazy(async () => ({ default: (await import('../query/QueryPage')).QueryPage })),
  },
  {
    id: 'watched-folders',
    icon: FolderSync,
    title: (t) => t('watching.title'),
    text: (t) => t('watching.card'),
    Component: lazy(() =>
      import('../sources/WatchedFolders').then(({ WatchedFolders }) => ({ default: WatchedFolders })),
    ),
  },
  {
    id: 'forwarding',
    icon: Send,
    title: (t) => t('forwarding.title'),
    text: (t) => t('forwarding.card'),
    Component: lazy(() => import('../sources/Forwarding').then(({ Forwarding }) => ({ default: Forwarding }))),
  },
  {
    id: 'keys',
    icon: KeyRound,
    title: (t) => t('keys.title'),
    text: (t) => t('keys.card'),
    Component: lazy(async () => ({ default: (await import('../anonymise/KeysPage')).KeysPage })),
  },
  {
    id: 'masks',
    icon: SquareDashed,
    title: (t) => t('masks.title'),
    text: (t) => t('masks.card'),
    Component: lazy(async () => ({ default: (await import('../anonymise/MasksPage')).MasksPage })),
  },
  {
    id: 'people',
    icon: UsersRound,
    title: (t) => t('people.title'),
    text: (t) => t('people.text'),
    Component: lazy(async () => ({ default: (await import('../people/PeoplePage')).PeoplePage })),
  },
  {
    id: 'log',
    needs: 'log.list',
    icon: ScrollText,
    title: (t) => t('log.title'),
    text: (t) => t('log.text'),
    Component: lazy(async () => ({ default: (await import('../log/LogPage')).LogPage })),
  },
  {
    id: 'trash',
    icon: Trash2,
    title: (t) => t('identity.bin.title'),
    text: (t) => t('identity.bin.text'),
    Component: lazy(async () => ({ default: (await import('../identity/TrashPage')).TrashPage })),
  },
  {
    id: 'forms',
    icon: ClipboardList,
    title: (t) => t('reports.forms'),
    text: (t) => t('reports.formsText'),
    Component: lazy(async () => ({ default: (await import('../reports/FormsPage')).FormsPage })),
  },
  {
    id: 'projects',
    icon: FolderTree,
    title: (t) => t('projects.title'),
    text: (t) => t('projects.text'),
    Component: lazy(async () => ({ default: (await import('../projects/ProjectsPage')).ProjectsPage })),
  },
  {
    id: 'types',
    needs: 'seriesTypes.create',
    icon: Shapes,
    title: (t) => t('types.title'),
    text: (t) => t('types.text'),
    Component: lazy(async () => ({ default: (await import('../classification/TypesPage')).TypesPage })),
  },
  {
    id: 'tags',
    icon: Tag,
    title: (t) => t('labels.manage'),
    text: (t) => t('labels.manageText'),
    Component: lazy(async () => ({ default: (await import('../classification/TagsPage')).TagsPage })),
  },
  {
    id: 'arrival',
    needs: 'tagFilters.create',
    icon: Filter,
    title: (t) => t('arrival.title'),
    text: (t) => t('arrival.text'),
    Component: lazy(async () => ({ default: (await import('../classification/ArrivalPage')).ArrivalPage })),
  },
];
