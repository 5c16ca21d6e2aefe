import { ScpSettings } from '@shared/model/scp';

/** How machines on the network may send and ask: the whole of it, each time it is set. */
export const scpBodies = { 'scp.saved': ScpSettings } as const;
