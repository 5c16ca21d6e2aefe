// The demo tour's hands and eyes: how it presses, types, waits, answers the system's dialogs and takes screenshots.
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../lib/paths.mjs';

/** The interface's own English words, so that the tour follows when they change. */
export function word(key) {
  const [file, ...steps] = key.split('.');
  const words = JSON.parse(readFileSync(inRoot('renderer', 'app', 'i18n', 'en', `${file}.json`), 'utf8'));
  const found = steps.reduce((value, step) => value?.[step], words);
  if (typeof found !== 'string') throw new Error(`The interface has no English words for ${key}`);
  return found;
}

const patience = 60_000;

/** One running app and its window. */
export class Guide {
  /**
   * @param {import('@playwright/test').ElectronApplication} app
   * @param {import('@playwright/test').Page} page
   * @param {string} folder where screenshots go
   */
  constructor(app, page, folder) {
    this.app = app;
    this.page = page;
    this.folder = folder;
    this.shots = [];
    mkdirSync(folder, { recursive: true });
    page.setDefaultTimeout(patience);
  }

  button(key, options = {}) {
    return this.page.getByRole('button', {
      name: typeof key === 'string' ? word(key) : key,
      exact: typeof key === 'string',
      ...options,
    });
  }

  async press(key) {
    await this.button(key).click();
  }

  async type(key, text) {
    await this.page.getByRole('textbox', { name: word(key), exact: true }).fill(text);
  }

  /** Takes one of several choices that are all in sight. */
  async choose(group, option) {
    await this.page
      .getByRole('radiogroup', { name: word(group) })
      .getByText(word(option), { exact: true })
      .click();
  }

  /** Goes to a screen by its word in the rail. */
  async visit(screen) {
    const rail = this.page.getByRole('navigation', { name: word('nav.label') });
    await rail.getByRole('link', { name: word(`nav.${screen}`), exact: true }).click();
    await this.page.waitForTimeout(100);
  }

  async heading(key) {
    await this.page.getByRole('heading', { level: 1, name: word(key) }).waitFor();
  }

  /** The files or folders that the next system dialog answers with, as if a person had chosen them. */
  async answerDialogs(paths) {
    await this.app.evaluate(({ dialog }, filePaths) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths, bookmarks: [] });
    }, paths);
  }

  /** Asks the archive, as the window does. */
  async ask(verb, input) {
    const answer = await this.page.evaluate(([name, value]) => window.fieldbox.verbs[name](value), [verb, input]);
    if (!answer.ok) throw new Error(`${verb} answered ${answer.error.code}`);
    return answer.value;
  }

  /** Waits until no job of the archive is running. */
  async jobsDone() {
    const end = Date.now() + 4 * patience;
    for (;;) {
      const { jobs } = await this.ask('jobs.list', {});
      if (jobs.every((job) => job.state !== 'running')) return;
      if (Date.now() > end) throw new Error('a job of the archive did not come to an end');
      await this.page.waitForTimeout(200);
    }
  }

  /** A screenshot once every picture in sight is there. */
  async shoot(name) {
    await this.shootAs(`${String(this.shots.length + 1).padStart(2, '0')} ${name}`);
  }

  /** The same, under a name of its own. */
  async shootAs(name) {
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined));
    await this.page.waitForFunction(() =>
      [...document.images].every(
        (image) => image.complete && (image.loading !== 'lazy' || image.naturalWidth > 0 || !image.src),
      ),
    );
    await this.page.waitForTimeout(300);
    const file = path.join(this.folder, `${name}.png`);
    await this.page.screenshot({ path: file });
    this.shots.push(file);
  }
}
