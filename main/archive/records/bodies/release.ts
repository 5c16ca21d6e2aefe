import { z } from 'zod';
import { ExportResult } from '@shared/contract/release';
import { ExportKey } from '@shared/model/ids';

/** Records of what went out. */
export const releaseBodies = {
  'export.finished': z.object({ exportKey: ExportKey, result: ExportResult }),
} as const;
