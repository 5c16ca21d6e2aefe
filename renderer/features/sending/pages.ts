import type { TFunction } from 'i18next';
import { HardDriveDownload, Outdent, ScrollText, Search, Usb, Waypoints, UserCheck, Network } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { lazy } from 'react';
import type { ComponentType } from 'react';

/** One page of "Sending". It is loaded when it is opened first. */
export interface SendingPage {
  /** Part of the address. */
  readonly id: string;
  readonly icon: LucideIcon;
  readonly title: (t: TFunction) => string;
  /** `item`: which of its things is open, as in the address. */
  readonly Component: ComponentType<{ readonly item: string | null }>;
}

/** The page that is shown when none is named. */
export const firstPage: SendingPage = {
  id: 'outbox',
  icon: Outdent,
  title: (t) => t('outbox.title'),
  Component: lazy(async () => ({ default: (await import('../outbox/OutboxPage')).OutboxPage })),
};

/** All of them, in the order of the tabs. */
export const sendingPages: readonly SendingPage[] = [
  firstPage,
  {
    id: 'destinations',
    icon: Waypoints,
    title: (t) => t('destinations.title'),
    Component: lazy(async () => ({ default: (await import('../destinations/DestinationsPage')).DestinationsPage })),
  },
  {
    id: 'matching',
    icon: UserCheck,
    title: (t) => t('matching.title'),
    Component: lazy(async () => ({ default: (await import('../matching/MatchingPage')).MatchingPage })),
  },
  {
    id: 'ledger',
    icon: ScrollText,
    title: (t) => t('ledger.title'),
    Component: lazy(async () => ({ default: (await import('../ledger/LedgerPage')).LedgerPage })),
  },
  {
    id: 'incoming',
    icon: HardDriveDownload,
    title: (t) => t('incoming.title'),
    Component: lazy(async () => ({ default: (await import('../incoming/IncomingPage')).IncomingPage })),
  },
  {
    id: 'boxes',
    icon: Network,
    title: (t) => t('boxes.title'),
    Component: lazy(async () => ({ default: (await import('../boxes/BoxesPage')).BoxesPage })),
  },
  {
    id: 'pacs',
    icon: Search,
    title: (t) => t('pacs.title'),
    Component: lazy(async () => ({ default: (await import('../pacs/QueryPage')).QueryPage })),
  },
  {
    id: 'courier',
    icon: Usb,
    title: (t) => t('courier.title'),
    Component: lazy(async () => ({ default: (await import('../courier/CourierPage')).CourierPage })),
  },
];
