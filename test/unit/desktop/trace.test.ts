import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FieldboxError } from '../../../shared/errors';
import { traceOf, withoutNames } from '../../../main/desktop/trace';

describe('what is written to the log', () => {
  it('says what failed and where, without names of files', () => {
    const cause = new Error(
      "ENOENT: no such file or directory, rename '/home/nurse/O'Brien Jane.jpg' -> '/media/stick/Brien.jpg'",
    );
    const trace = traceOf(new FieldboxError('DISK_FAILED', {}, cause));
    expect(trace).toContain('ENOENT: no such file or directory, rename');
    expect(trace).toMatch(/\n\s+at .*trace\.test/);
    expect(trace).not.toMatch(/Brien|nurse|Jane/);
  });

  it('holds nothing that was read from a file', () => {
    let cause: unknown;
    try {
      JSON.parse('"Achieng" Zoë');
    } catch (error) {
      cause = error;
    }
    expect(traceOf(new FieldboxError('INTERNAL', {}, cause))).not.toMatch(/Achieng|Zoë/);
  });

  it('names the fields that broke the contract, not their values', () => {
    const parsed = z.object({ rows: z.array(z.object({ bytes: z.int() })) }).safeParse({ rows: [{ bytes: 'Jane' }] });
    expect(traceOf(new FieldboxError('INTERNAL', {}, parsed.error))).toBe('invalid_type at rows.0.bytes');
  });

  it('keeps the places in the program as they are', () => {
    const place = "    at Object.<anonymous> (file:///app/it's here.js:1:2)";
    expect(withoutNames(`Error: 'Jane'\n${place}`)).toBe(`Error: …\n${place}`);
  });
});
