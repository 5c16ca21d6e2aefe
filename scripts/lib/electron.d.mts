import type { ElectronApplication } from '@playwright/test';

export interface LaunchOptions {
  /** Folder for the app's own settings. */
  readonly userData: string;
  /** Folder of the archive to open; without it the app asks as on its first start. */
  readonly archive?: string;
  readonly language?: string;
  /** Gives the app Chromium's fake camera (default: yes). */
  readonly camera?: boolean;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export function sandboxSwitches(): string[];
export function launchFieldbox(options: LaunchOptions): Promise<ElectronApplication>;
export function collectProblems(app: ElectronApplication): string[];
export function closeFieldbox(app: ElectronApplication): Promise<void>;
