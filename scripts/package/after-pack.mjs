// Run by electron-builder on each app it has put together, before it is signed.
import { rmSync } from 'node:fs';
import path from 'node:path';

/** Takes out what Electron brings for starting any folder as an app: this one starts itself alone. */
export async function afterPack(context) {
  const resources = context.packager.getResourcesDir(context.appOutDir);
  rmSync(path.join(resources, 'default_app.asar'), { force: true });
  rmSync(path.join(context.appOutDir, '.ok'), { force: true });
}
