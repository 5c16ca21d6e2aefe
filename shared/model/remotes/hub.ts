import { z } from 'zod';
import { ListenerTls, noTls } from '../listener-tls';

/**
 * The listener by which other systems reach this archive: off until a person switches it on. `host` is an address of this laptop
 * (127.0.0.1: only programs on it; 0.0.0.0: everybody on its networks).
 */
export const HubSettings = z.object({
  on: z.boolean(),
  host: z.union([z.ipv4(), z.ipv6()]),
  port: z.int().min(0).max(65_535),
  /** How the world outside calls it when something stands in front (a proxy, a name); empty: by its own address. */
  publicUrl: z.union([z.literal(''), z.url({ protocol: /^https?$/ }).max(500)]),
  tls: ListenerTls.default(noTls),
});
export type HubSettings = z.infer<typeof HubSettings>;

/** Where it listens when nobody has said anything: nowhere. 5000 is the port of slicebox. */
export const HUB_OFF: HubSettings = { on: false, host: '127.0.0.1', port: 5000, publicUrl: '', tls: noTls };
