import type { TFunction } from 'i18next';
import { ClipboardList, FolderTree } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { type ComponentType, lazy } from 'react';

/** One page of "Manage". It is loaded when it is opened first. */
export interface ManagePage {
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
];
