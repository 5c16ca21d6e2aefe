import type { z } from 'zod';
import type { ImageSelection } from '@shared/contract/identity';

/** Images by themselves or by what they lie in. */
export type Chosen = z.input<typeof ImageSelection>;
