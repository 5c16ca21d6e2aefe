import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../fixtures/identity';
import { addRemote, outboxWithImages } from '../fixtures/outbox';
import { openAccess } from './remotes/kinds';

describe('the address of a destination', () => {
  it('holds no password: it would lie in the records, and be shown, for ever', async () => {
    const { sync, engine } = await outboxWithImages(0);
    for (const login of ['nurse:Kw1zpass@', 'nurse@', ':Kw1zpass@']) {
      const settings = { kind: 'orthanc', access: { ...openAccess, url: `http://${login}127.0.0.1:1/` } } as const;
      expect(await codeOf(addRemote(sync, 'hospital', settings))).toBe('REMOTE_LOGIN_IN_URL');
    }
    const { records } = engine.context.paths;
    for (const file of readdirSync(records))
      expect(readFileSync(join(records, file), 'utf8')).not.toContain('Kw1zpass');
    expect((await sync.verbs['remotes.list']({})).rows).toEqual([]);
  });
});
