-- A database as the release with schema 3 wrote it. Never change this file: it must be readable
-- by all later releases.
CREATE TABLE about ( oldest_reader INTEGER NOT NULL, probes INTEGER NOT NULL, file INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO about VALUES (1, 0, -6701283451923411029);
CREATE TABLE requests ( sequence INTEGER PRIMARY KEY, world INTEGER NOT NULL, number INTEGER NOT NULL, id INTEGER NOT NULL, UNIQUE (world, number)) STRICT;
CREATE TABLE accounts ( id INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, verifier TEXT, email TEXT, rest BLOB NOT NULL) STRICT;
CREATE TABLE account_nicks ( account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, folded TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL, rest BLOB NOT NULL, PRIMARY KEY (account, folded)) STRICT, WITHOUT ROWID;
CREATE TABLE account_certificates ( account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, fingerprint TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, created INTEGER NOT NULL, rest BLOB NOT NULL, PRIMARY KEY (account, fingerprint)) STRICT, WITHOUT ROWID;
CREATE TABLE channels ( id INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, founder INTEGER REFERENCES accounts ON DELETE SET NULL, topic TEXT, rest BLOB NOT NULL) STRICT;
CREATE INDEX channels_of_founder ON channels (founder);
CREATE TABLE channel_access ( channel INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE, account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, version INTEGER NOT NULL, modes TEXT NOT NULL, rest BLOB NOT NULL, PRIMARY KEY (channel, account)) STRICT, WITHOUT ROWID;
CREATE INDEX access_of_account ON channel_access (account);
CREATE TABLE channel_lists ( channel INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE, mode TEXT NOT NULL, mask TEXT NOT NULL, version INTEGER NOT NULL, setter TEXT, created INTEGER NOT NULL, rest BLOB NOT NULL, PRIMARY KEY (channel, mode, mask)) STRICT, WITHOUT ROWID;
CREATE TABLE server_bans ( kind TEXT NOT NULL, mask TEXT NOT NULL, version INTEGER NOT NULL, reason TEXT, setter TEXT, created INTEGER NOT NULL, expires INTEGER NOT NULL, rest BLOB NOT NULL, PRIMARY KEY (kind, mask)) STRICT, WITHOUT ROWID;
CREATE TABLE used_codes ( name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, account INTEGER REFERENCES accounts ON DELETE CASCADE, step INTEGER NOT NULL, rest BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX codes_of_account ON used_codes (account);
INSERT INTO accounts VALUES (3, 12, 'Ana', 'ana', 1700000000000, 'SCRAM-SHA-256$16384:c2FsdA==$a:b', 'ana@example.org', x'40000400000072657374');
INSERT INTO account_nicks VALUES (3, 'ana_', 13, 'Ana_', 1700000000001, x'');
INSERT INTO account_certificates VALUES (3, 'ab12', 14, 1700000000002, x'');
INSERT INTO channels VALUES (2, 15, '#Garden', '#garden', 1700000000003, 3, 'Welcome', x'');
INSERT INTO channel_access VALUES (2, 3, 16, 'qo', x'');
INSERT INTO channel_lists VALUES (2, 'b', '*!*@spam.example', 17, 'Ana', 1700000000004, x'');
INSERT INTO server_bans VALUES ('kline', '*@198.51.100.7', 18, 'spam', 'Ana', 1700000000005, 0, x'');
INSERT INTO used_codes VALUES ('ana', 19, 3, 57000000, x'');
INSERT INTO requests VALUES (1, 77, 4, 3);
UPDATE sqlite_sequence SET seq = 7 WHERE name = 'accounts';
PRAGMA application_id = 1885433956;
PRAGMA user_version = 3;
PRAGMA journal_mode = WAL;
