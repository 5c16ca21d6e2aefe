import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { actAs, actingUser } from '../../../main/archive/actor';
import { UserKey } from '../../../shared/model/ids';

const ANA = UserKey.parse('0b6a3c1e-6f0e-4f39-9a57-0d0f8f0d0a01');

async function afterwards(): Promise<UserKey | null> {
  await nextTurn();
  return actingUser();
}

test('whoever acts is known in all that is begun for them, and nobody in what is begun for nobody', async () => {
  const before = actAs(null, afterwards);
  const own = actAs(ANA, () => [afterwards(), actAs(ANA, afterwards), actAs(null, afterwards), afterwards()]);
  expect(await Promise.all([before, ...own])).toEqual([null, ANA, ANA, null, ANA]);
  expect(actingUser()).toBeNull();
});
