// The rule `fieldbox/layers`: who may import whom. It holds the table of docs/architecture.md as data.
import { builtinModules } from 'node:module';
import path from 'node:path';

const all = [
  'shared',
  'main/platform',
  'main/dicom',
  'main/imaging',
  'main/workers',
  'main/archive',
  'main/network',
  'main/hub',
  'main/sync',
  'main/ipc',
  'main/cli',
  'main/desktop',
];

/**
 * One entry a layer. `may`: the other layers it may import. `electron`, `node`: whether it may use Electron or Node's modules.
 * `instead`: where the code should go that someone wanted to import.
 */
export const layers = [
  {
    name: 'shared',
    may: [],
    instead:
      'shared/ stands on nothing: hand the thing in as an argument, or move the code that needs it to main/ or renderer/',
  },
  {
    name: 'main/platform',
    may: ['shared'],
    node: true,
    instead:
      'keep main/platform free of the archive: move the code that needs both up into main/archive or main/workers',
  },
  {
    name: 'main/dicom',
    may: ['shared'],
    node: true,
    instead: 'main/dicom takes bytes and gives bytes: let the caller read the file and hand the bytes in',
  },
  {
    name: 'main/imaging',
    may: ['shared', 'main/platform', 'main/dicom'],
    node: true,
    instead: 'move it down into main/platform or main/dicom, or hand it in as an argument',
  },
  {
    name: 'main/workers',
    may: ['shared', 'main/platform', 'main/dicom', 'main/imaging'],
    node: true,
    instead: 'a worker gets all it needs in its message: the engine decides, the worker computes',
  },
  {
    name: 'main/archive',
    may: ['shared', 'main/platform', 'main/dicom', 'main/imaging', 'main/workers'],
    node: true,
    instead:
      'the engine opens with a folder and nothing else: hand it in as an argument from main/index.ts or main/cli',
  },
  {
    name: 'main/network',
    may: ['shared', 'main/platform', 'main/dicom'],
    node: true,
    instead: 'main/network speaks DIMSE and knows no archive: hand files and questions in and out through callbacks',
  },
  {
    name: 'main/hub',
    may: ['shared', 'main/platform'],
    node: true,
    instead: 'main/hub only listens: what a route does comes in as a plugin from main/sync',
  },
  {
    name: 'main/sync',
    may: ['shared', 'main/platform', 'main/dicom', 'main/archive', 'main/network', 'main/hub'],
    node: true,
    instead:
      'sync stands on the archive: give main/archive a function for it, or hand it in from main/ipc and main/cli',
  },
  {
    name: 'main/ipc',
    may: ['shared', 'main/platform', 'main/archive', 'main/sync'],
    node: true,
    instead: 'main/ipc only binds the contract to the engine: give the engine (main/archive) a function for it',
  },
  {
    name: 'main/cli',
    may: ['shared', 'main/platform', 'main/archive', 'main/network', 'main/sync', 'main/dicom'],
    node: true,
    instead: 'the command line is the same engine: give main/archive a function for it',
  },
  {
    name: 'main/desktop',
    may: ['shared', 'main/platform', 'main/ipc'],
    node: true,
    electron: true,
    instead: 'main/desktop reaches the engine through main/ipc; main/index.ts puts the pieces together',
  },
  { name: 'main/index.ts', may: all, node: true, electron: true, instead: 'only main/ belongs here' },
  {
    name: 'preload',
    may: ['shared'],
    electron: true,
    instead: 'the bridge knows the contract alone: declare a verb in shared/contract and answer it in main/ipc',
  },
  {
    name: 'renderer',
    may: ['shared'],
    instead:
      'the window reaches the main process through window.fieldbox alone: put types and pure functions into shared/, and behaviour behind a verb in shared/contract',
  },
];

/** Folders that hold layers: a file in one of them must be in a layer. */
const layered = ['shared/', 'main/', 'preload/', 'renderer/'];

const isInside = (file, layer) => file === layer.name || file.startsWith(`${layer.name}/`);
const layerOf = (file) => layers.find((layer) => isInside(file, layer));
const listed = (names) => (names.length > 0 ? names.join(', ') : 'nothing');

/** The file an import means, relative to the project's folder; undefined for a package. */
function resolveImport(specifier, importer) {
  if (specifier.startsWith('@shared/')) return `shared/${specifier.slice('@shared/'.length)}`;
  if (specifier === '@shared') return 'shared';
  if (!specifier.startsWith('.')) return undefined;
  return path.posix.normalize(path.posix.join(path.posix.dirname(importer), specifier));
}

/** An import leaves out the extension: `../index` from main/desktop means main/index.ts. */
const targetLayer = (target) => layerOf(target) ?? layerOf(`${target}.ts`);

const isNodeModule = (specifier) => specifier.startsWith('node:') || builtinModules.includes(specifier.split('/')[0]);

/** What is wrong with an import, as [messageId, data]; undefined when it is right. */
function judge(layer, importer, specifier) {
  if (specifier === 'electron' || specifier.startsWith('electron/')) {
    return layer.electron ? undefined : ['electron', { from: layer.name }];
  }
  const target = resolveImport(specifier, importer);
  if (target === undefined) {
    return isNodeModule(specifier) && !layer.node ? ['node', { from: layer.name, specifier }] : undefined;
  }
  const to = targetLayer(target);
  if (to === layer || (to && layer.may.includes(to.name))) return undefined;
  return ['direction', { from: layer.name, to: to?.name ?? target, may: listed(layer.may), instead: layer.instead }];
}

/** @type {import('eslint').Rule.RuleModule} */
export const rule = {
  meta: {
    type: 'problem',
    docs: { description: 'imports between folders run one way, as docs/architecture.md says' },
    schema: [],
    messages: {
      direction: '{{from}} may not import {{to}} (it may import: {{may}}). Where it should go: {{instead}}.',
      electron:
        "{{from}} may not import 'electron': only main/index.ts, main/desktop and preload may. Hand what is needed in as an argument.",
      node: "{{from}} may not import '{{specifier}}': it runs without Node. Do it in main/ and offer it through shared/contract.",
      unknown:
        '{{file}} is in no layer: put it into one of the folders of docs/architecture.md, or add the folder there and in scripts/lint/layers.js.',
    },
  },
  create(context) {
    const importer = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    if (!layered.some((folder) => importer.startsWith(folder))) return {};
    const layer = layerOf(importer);
    const check = (node, source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const fault = judge(layer, importer, source.value);
      if (fault) context.report({ node, messageId: fault[0], data: fault[1] });
    };
    if (!layer) return { Program: (node) => context.report({ node, messageId: 'unknown', data: { file: importer } }) };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal),
      TSExternalModuleReference: (node) => check(node, node.expression),
      'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]),
    };
  },
};

/** The plugin as eslint.config.js takes it. */
export const fieldboxPlugin = { meta: { name: 'fieldbox' }, rules: { layers: rule } };
