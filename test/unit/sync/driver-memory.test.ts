import { describe, expect, it } from 'vitest';
import { RemoteKey } from '../../../shared/model/ids';
import { DriverMemory } from '../../../main/sync/remotes/memory';
import { emptyCatalog } from '../../fixtures/catalog';

const REMOTE = RemoteKey.parse('5f0f3a52-2a0c-4a53-9c27-7d4b0a6b1f01');
const OTHER = RemoteKey.parse('5f0f3a52-2a0c-4a53-9c27-7d4b0a6b1f02');

describe('the memory of a driver', () => {
  it.each([
    ['of a remote', REMOTE],
    ['of one that is only tried out', null],
  ])('%s knows whether there is anything under names that begin alike', (_, remote) => {
    const db = emptyCatalog();
    const memory = new DriverMemory(db, remote);
    new DriverMemory(db, OTHER).remember('sent-as:1/1', 'x');
    memory.remember('sent-at', 'x');
    memory.remember('sent', 'x');
    expect(memory.remembersAny('sent-as:')).toBe(false);
    memory.remember('sent-as:1/2', 'x');
    expect(memory.remembersAny('sent-as:')).toBe(true);
    memory.remember('sent-as:1/2', null);
    expect(memory.remembersAny('sent-as:')).toBe(false);
  });
});
