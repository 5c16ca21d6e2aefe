// Draws the app's icon: scripts/package/icon.png. A picture frame on a box, in the app's colours.
import { inRoot } from '../lib/paths.mjs';
import { runMain, say } from '../lib/process.mjs';

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024">
  <rect x="64" y="64" width="896" height="896" rx="200" fill="#0f5c63"/>
  <rect x="224" y="208" width="576" height="432" rx="48" fill="#e9f5f4"/>
  <circle cx="392" cy="352" r="64" fill="#e8a33d"/>
  <path d="M264 600 L440 440 L544 536 L640 424 L760 600 Z" fill="#2b8a8f"/>
  <path d="M176 560 h128 l48 80 h320 l48 -80 h128 v208 a64 64 0 0 1 -64 64 h-544 a64 64 0 0 1 -64 -64 Z" fill="#ffffff"/>
</svg>`;

await runMain(async () => {
  const { default: sharp } = await import('sharp');
  await sharp(Buffer.from(drawing))
    .resize(1024, 1024)
    .png({ compressionLevel: 9, palette: true })
    .toFile(inRoot('scripts', 'package', 'icon.png'));
  say('Drew scripts/package/icon.png.');
});
