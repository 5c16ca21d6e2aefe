import { z } from 'zod';

/** The roles, each with all that the ones before it may do: `user` works with patients and images, `administrator` sets things up and removes them for good, `superuser` also names administrators. */
export const Role = z.enum(['user', 'administrator', 'superuser']);
export type Role = z.infer<typeof Role>;
export const roles = Role.options;

/** Whether a role has all that another one may do. */
export function mayAs(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}
