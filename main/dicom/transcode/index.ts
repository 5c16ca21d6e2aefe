export { type PlainTransferSyntax, transcoded } from './transcode';
