import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Settings } from '../../../shared/contract/desktop';
import { SettingsStore, storedSettings } from '../../../main/desktop/settings-store';
import { temporaryFolder } from '../../fixtures/archive';

const defaults = Settings.parse({
  language: 'en',
  theme: 'system',
  archivePath: '/default',
  clinic: null,
  station: null,
  pickedOn: '',
  camera: '',
  mirrorPreview: false,
  lastExportFolder: '',
});

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe('settings of this machine', () => {
  it('are there again at the next start', async () => {
    const path = join(temporaryFolder(), 'new folder', 'settings.json');
    await new SettingsStore(path, defaults, {}).set({ language: 'ar', camera: 'Document camera' });
    expect(new SettingsStore(path, defaults, {}).get()).toEqual({
      ...defaults,
      language: 'ar',
      camera: 'Document camera',
    });
    expect(storedSettings(path).language).toBe('ar');
  });

  it('do not remember a folder that was given for one start only', async () => {
    const path = join(temporaryFolder(), 'settings.json');
    const store = new SettingsStore(path, defaults, { archivePath: '/only now' });
    expect((await store.set({ theme: 'dark' })).archivePath).toBe('/only now');
    expect(read(path)).toMatchObject({ theme: 'dark', archivePath: '/default' });
    expect((await store.set({ archivePath: '/chosen' })).archivePath).toBe('/chosen');
    expect(read(path)).toMatchObject({ archivePath: '/chosen' });
  });

  it('written at the same time all count, in their order', async () => {
    const path = join(temporaryFolder(), 'settings.json');
    const store = new SettingsStore(path, defaults, {});
    await Promise.all([store.set({ language: 'es' }), store.set({ theme: 'dark' }), store.set({ language: 'fr' })]);
    expect(read(path)).toMatchObject({ language: 'fr', theme: 'dark' });
  });

  it('that another version wrote otherwise do not cost the others', () => {
    const path = join(temporaryFolder(), 'settings.json');
    writeFileSync(path, JSON.stringify({ language: 'tlh', theme: 'dark', fromTheFuture: 1 }));
    expect(new SettingsStore(path, defaults, {}).get()).toEqual({ ...defaults, theme: 'dark' });
  });

  it('in a damaged file are put aside, and the app starts with the usual ones', () => {
    const path = join(temporaryFolder(), 'settings.json');
    writeFileSync(path, '{"language": "f');
    expect(new SettingsStore(path, defaults, {}).get()).toEqual(defaults);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('{"language": "f');
  });

  it('that are no settings at all are not used', () => {
    const path = join(temporaryFolder(), 'settings.json');
    writeFileSync(path, '[1, 2]');
    expect(storedSettings(path)).toEqual({});
  });
});
