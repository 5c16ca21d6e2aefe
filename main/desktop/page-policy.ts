/** Scheme of the app's own page and pictures. */
export const SCHEME = 'fieldbox';
/** The page of the window. */
export const PAGE = `${SCHEME}://app/index.html`;

/** What the page may do: nothing but what stands here (Content Security Policy Level 3). */
export function contentSecurityPolicy(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' ${SCHEME}: data: blob:`,
    `connect-src 'self' ${SCHEME}:`,
    `media-src 'self' blob: mediastream:`,
    `font-src 'self'`,
    `worker-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

/** Whether a frame shows the app's own page. */
export function isOwnPage(url: string): boolean {
  return url.startsWith(`${SCHEME}://app/`);
}

/** The one thing a page may be permitted besides showing itself: the camera, and copying a value from the tags view. */
export function mayUse(permission: string, url: string, mediaTypes: readonly string[] = []): boolean {
  if (!isOwnPage(url)) return false;
  if (permission === 'media') return !mediaTypes.includes('audio');
  return permission === 'clipboard-sanitized-write';
}
