import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../fixtures/archive';
import { describeRemote } from './contract';

describeRemote({
  name: 'A folder',
  proofs: ['hash'],
  start: () => {
    const root = temporaryFolder();
    const path = join(root, 'share');
    const away = join(root, 'away');
    mkdirSync(path);
    return Promise.resolve({
      settings: { kind: 'folder', path },
      held: () =>
        Promise.resolve(
          readdirSync(path, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) =>
              createHash('sha256')
                .update(readFileSync(join(entry.parentPath, entry.name)))
                .digest('hex'),
            ),
        ),
      leave: () => rename(path, away),
      comeBack: () => rename(away, path),
    });
  },
});
