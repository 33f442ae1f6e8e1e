import { describe, expect, it } from 'vitest';
import { checkAddress } from '../../src/core/address.ts';

describe('the address of an upstream', () => {
  it.each([
    'https://events.example.com/x',
    'http://localhost:5000',
    'http://mock.localhost',
    'http://127.0.0.1:5000/events/{broadcaster}',
    'http://127.1',
    'http://[::1]:5000',
    'http://mock:5000',
    'http://10.0.0.7',
    'http://192.168.1.2',
    'http://172.16.0.1',
    'http://172.31.0.1',
    'http://169.254.1.1',
    'http://[fd12::1]',
    'http://[fe80::1]',
    'http://[fdab:1::1]',
    'http://[febf::1]',
  ])('core-10 %s may be asked', (address) => {
    expect(checkAddress('demo', address).href).toContain('http');
  });

  it.each([
    'http://events.example.com',
    'http://10.evil.example',
    'http://127.0.0.1.evil.example',
    'http://192.168.evil.example',
    'http://localhost.evil.example',
    'http://172.32.0.1',
    'http://11.0.0.1',
    'http://[2001:db8::1]',
    'http://[fc::1]',
    'http://[fe8::1]',
    'ftp://localhost',
    'file:///etc/passwd',
  ])('core-10 %s would let others read the credential', (address) => {
    expect(() => checkAddress('demo', address)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });

  it.each([
    'http://localhost{broadcaster}/events',
    'http://{broadcaster}/events',
    'https://{broadcaster}.cams.example/events',
    'http://localhost:{broadcaster}/events',
    'http:/{broadcaster}/evil.example/events',
    'http://{broadcaster}@localhost/events',
    '{broadcaster}://localhost',
  ])('core-10 %s is refused: a placeholder would choose the host', (address) => {
    expect(() => checkAddress('demo', address)).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  });

  it('plain http is allowed on request, and to the own network not where the rule is strict', () => {
    expect(checkAddress('demo', 'http://events.example.com', true).protocol).toBe('http:');
    expect(() => checkAddress('demo', 'http://10.0.0.7', false, true)).toThrow(
      expect.objectContaining({ code: 'CONFIG' }),
    );
    expect(checkAddress('demo', 'http://127.0.0.1', false, true).hostname).toBe('127.0.0.1');
  });

  it('core-10 a credential in it is refused without being shown', () => {
    try {
      checkAddress('demo', 'https://user:not-a-secret-token@events.example.com');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'CONFIG' });
      expect(String(error)).not.toContain('not-a-secret');
    }
  });

  it.each(['', 'events.example.com', 'http://['])('%j is none, and the error says what to give', (address) => {
    expect(() => checkAddress('demo', address)).toThrow('baseUrl');
  });
});
