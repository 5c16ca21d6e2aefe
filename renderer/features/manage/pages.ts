import type { TFunction } from 'i18next';
import { FolderSync, Send } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { lazy } from 'react';
import type { ComponentType } from 'react';

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
];
