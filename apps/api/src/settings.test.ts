import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseLogLevel, parseSettings } from './settings.ts';

describe('settings', () => {
  it('need nothing to be set', () => {
    expect(parseSettings({}, '/srv')).toMatchObject({
      port: 3000,
      database: null,
      dataDir: '/srv/var',
      webOrigin: null,
      role: 'all',
      demo: null,
      logLevel: null,
    });
  });

  it('log trouble alone at a terminal and in a demonstration, and every request where logs are collected', () => {
    expect(chooseLogLevel({ isTerminal: true, demo: false })).toBe('warn');
    expect(chooseLogLevel({ isTerminal: false, demo: true })).toBe('warn');
    expect(chooseLogLevel({ isTerminal: false, demo: false })).toBe('info');
  });

  it('are all described in docs/running.md, and nothing else is', () => {
    const source = readFileSync(join(import.meta.dirname, 'settings.ts'), 'utf8');
    const page = readFileSync(join(import.meta.dirname, '../../../docs/running.md'), 'utf8');
    const names = (text: string, form: RegExp) => [...text.matchAll(form)].map(([, name]) => name).sort();
    expect(names(page, /^\| `([A-Z_]+)`/gm)).toEqual(names(source, /read\('([A-Z_]+)'\)/g));
  });

  it('are read in full', () => {
    const settings = parseSettings(
      {
        PORT: '8080',
        HOST: '127.0.0.1',
        DATABASE_URL: 'postgres://veche:p%40ss@db.example:6432/veche?sslmode=require',
        VECHE_DATA_DIR: '/data',
        VECHE_ORIGIN: 'https://veche.example/',
        VECHE_ROLE: 'api',
        VECHE_DEMO: 'off',
        VECHE_TILES: 's3://veche-log/house',
        VECHE_MIRROR: 'mirror',
      },
      '/srv',
    );
    expect(settings).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      database: {
        host: 'db.example',
        port: 6432,
        user: 'veche',
        password: 'p@ss',
        database: 'veche',
        ssl: 'require',
      },
      dataDir: '/data',
      webOrigin: 'https://veche.example',
      role: 'api',
      demo: false,
      tiles: 's3://veche-log/house',
      mirror: '/srv/mirror',
    });
  });

  it('carry SMS in one way', () => {
    const smpp = 'smpp://id:password@operator.example:2775?from=Veche&rate=20';
    expect(parseSettings({ SMPP_URL: smpp }, '/srv')).toMatchObject({ smppUrl: smpp, smsGatewayUrl: null });
    expect(() =>
      parseSettings({ SMPP_URL: smpp, SMS_GATEWAY_URL: 'https://sms.example/send' }, '/srv'),
    ).toThrow(/^SMPP_URL: expected no SMS_GATEWAY_URL/);
  });

  it('keep no demonstration in object storage', () => {
    expect(() => parseSettings({ VECHE_DEMO: 'on', VECHE_TILES: 's3://veche-log' }, '/srv')).toThrow(
      /^VECHE_TILES: a demonstration/,
    );
  });

  it.each([
    ['PORT', '70000'],
    ['VECHE_BOUNCES', 'lmtp://:secret@127.0.0.1:2424/bounces@veche.example'],
    ['SMPP_URL', 'http://id:secret@operator.example'],
    ['SMPP_URL', 'smpp://id:secret@operator.example?rate=0'],
    ['PORT', 'http'],
    ['DATABASE_URL', 'mysql://secret@db/veche'],
    ['VECHE_MIGRATION_URL', 'mysql://secret@db/veche'],
    ['VECHE_MIGRATION_URL', 'postgres://owner:secret@db/veche'],
    ['DATABASE_URL', 'postgres://user:secret@host'],
    ['VECHE_ORIGIN', 'https://veche.example/secret'],
    ['VECHE_ROLE', 'secret'],
    ['VECHE_DEMO', 'secret'],
    ['SMTP_URL', 'secret'],
    ['VECHE_TILES', '/srv/secret'],
    ['VECHE_TILES', 's3://user:secret@bucket/log'],
    ['VECHE_MIRROR', 'https://veche.example/secret'],
  ])('name %s when it is wrong, without repeating it', (name, value) => {
    expect(() => parseSettings({ [name]: value }, '/srv')).toThrow(new RegExp(`^${name}: (?!.*secret)`));
  });
});
