import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, isOwnPage, mayUse, PAGE } from '../../../main/desktop/page-policy';

describe('what the page may do', () => {
  it('is nothing but what is listed', () => {
    const policy = contentSecurityPolicy('abc');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("style-src 'self' 'nonce-abc'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  it('belongs to our own page alone', () => {
    expect(isOwnPage(PAGE)).toBe(true);
    for (const url of [
      'fieldbox://image/abc',
      'fieldbox://app.example/',
      'https://app/',
      'file:///index.html',
      'about:blank',
      '',
    ]) {
      expect(isOwnPage(url), url).toBe(false);
    }
  });

  it('includes the camera and copying, and no more', () => {
    expect(mayUse('media', PAGE, ['video'])).toBe(true);
    expect(mayUse('clipboard-sanitized-write', PAGE)).toBe(true);
    expect(mayUse('media', PAGE, ['video', 'audio'])).toBe(false);
    expect(mayUse('media', 'https://example.org/', ['video'])).toBe(false);
    for (const permission of [
      'geolocation',
      'notifications',
      'clipboard-read',
      'display-capture',
      'openExternal',
      'usb',
      'serial',
    ]) {
      expect(mayUse(permission, PAGE), permission).toBe(false);
    }
  });
});
