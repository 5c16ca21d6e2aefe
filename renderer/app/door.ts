/**
 * While nobody is in (locked, or signed out), what screens ask for by themselves waits here: lists that follow changes, the
 * free space. Nothing is answered with an error that would take a typed form off the screen.
 */
let shut = false;
let waiting: (() => void)[] = [];

export function isShut(): boolean {
  return shut;
}

export function shutDoor(): void {
  shut = true;
}

/** The same person is back, or another one took the work over: what waited is asked now. */
export function openDoor(): void {
  shut = false;
  const all = waiting;
  waiting = [];
  for (const go of all) go();
}

/** The screens that asked are gone: nobody waits for the answers any more. */
export function forgetWaiting(): void {
  waiting = [];
}

/** Waits until somebody is in. */
export function throughDoor(): Promise<void> {
  return shut ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
}
