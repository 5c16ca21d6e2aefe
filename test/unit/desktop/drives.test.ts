import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linuxMounts, listDrives } from '../../../main/desktop/drives';
import { temporaryFolder } from '../../fixtures/archive';

describe('places an export can go to', () => {
  it('are the sticks among the mounted file systems, with blanks in their names', () => {
    const table = [
      'proc /proc proc rw 0 0',
      '/dev/sda1 / ext4 rw 0 0',
      String.raw`/dev/sdb1 /media/nurse/EYE\040CAMP vfat rw 0 0`,
      '/dev/sdc1 /run/media/nurse/DISC iso9660 ro 0 0',
      '/dev/sdd1 /home ext4 rw 0 0',
      '',
    ].join('\n');
    expect(linuxMounts(table)).toEqual(['/media/nurse/EYE CAMP', '/run/media/nurse/DISC']);
  });

  it('say how much room there is, and leave out what is not there', async () => {
    const folder = temporaryFolder();
    const drives = await listDrives([
      { path: folder, label: 'Documents' },
      { path: join(folder, 'pulled out'), label: 'Stick' },
    ]);
    const found = drives.filter((drive) => !drive.removable);
    expect(found.map((drive) => drive.label)).toEqual(['Documents']);
    expect(found[0]?.freeBytes).toBeGreaterThan(0);
    expect(found[0]?.totalBytes).toBeGreaterThanOrEqual(found[0]?.freeBytes ?? Infinity);
  });
});
