BEGIN TRANSACTION;
CREATE TABLE events (
	session INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	tick INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	body TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (session, seq)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "events" VALUES(1,0,0,'2026-11-25T09:00:00.000Z','Kim','session_opened','{"alias":"Heron"}','0edf185d2a0d4acaed6e2a38af0f6c6753ad48c4c77baead2d19ebc0205d4a5f');
INSERT INTO "events" VALUES(1,1,0,'2026-11-25T09:00:00.000Z','Zoë','note_charted','{"text":"settled"}','232a7638cf8c155a1f0e89f7b179923d7b2636077735bc143a55f22f1bfc7d71');
INSERT INTO "events" VALUES(1,2,3,'2026-11-25T09:00:00.000Z','store','minute_sealed','{"digest":"b47d3f8503ed6a00b78ce255b9d9a13056e925c572f03b1c7e1442f2028583f1","first":0,"last":2}','fc009edc32ff47333bbe8f451a7cdb91ed607457c5bfe09e2eacc457b89de29c');
INSERT INTO "events" VALUES(1,3,3,'2026-11-25T09:00:00.000Z','Kim','session_closed','{}','26d5760419046ff10018389f864bd9e5e74863642513396bf54e689eac6ed3f5');
INSERT INTO "events" VALUES(2,0,0,'2026-11-25T09:00:00.000Z','Kim','session_opened','{"alias":"Heron"}','b8ed70ce7fe47ce55b31a69cb9b1b368bc91a79b8b75e9cc3884620cda1cda23');
INSERT INTO "events" VALUES(2,1,0,'2026-11-25T09:00:00.000Z','Zoë','note_charted','{"text":"settled"}','29f58a9288c127ec19ee3360b991f7eabb89b1afab04594311b3518983bfdf4e');
CREATE TABLE lease (
	id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	holder TEXT NOT NULL, 
	beat_at TEXT, 
	behind_s REAL NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "lease" VALUES(1,2,'1@station','2026-11-25T09:00:00.000Z',0.5);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
)
 STRICT

;
INSERT INTO "meta" VALUES('program','infusion monitor');
INSERT INTO "meta" VALUES('schema','1');
CREATE TABLE samples (
	session INTEGER NOT NULL, 
	tick INTEGER NOT NULL, 
	"row" BLOB NOT NULL, 
	PRIMARY KEY (session, tick)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "samples" VALUES(1,0,X'726F772030');
INSERT INTO "samples" VALUES(1,1,X'726F772031');
INSERT INTO "samples" VALUES(1,2,X'726F772032');
INSERT INTO "samples" VALUES(2,0,X'726F772030');
INSERT INTO "samples" VALUES(2,1,X'726F772031');
INSERT INTO "samples" VALUES(2,2,X'726F772032');
CREATE TABLE sessions (
	session INTEGER NOT NULL, 
	room TEXT NOT NULL, 
	opened_at TEXT NOT NULL, 
	closed INTEGER NOT NULL, 
	PRIMARY KEY (session)
)
 STRICT

;
INSERT INTO "sessions" VALUES(1,'Room 1','2026-11-25T09:00:00.000Z',1);
INSERT INTO "sessions" VALUES(2,'Room 2','2026-11-25T09:00:00.000Z',0);
CREATE UNIQUE INDEX sessions_open ON sessions (room) WHERE closed = 0;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER events_in_order BEFORE INSERT ON events WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM events WHERE session = NEW.session) BEGIN SELECT RAISE(ABORT, 'events are only added at the end'); END;
CREATE TRIGGER samples_no_update BEFORE UPDATE ON samples BEGIN SELECT RAISE(ABORT, 'samples are never changed'); END;
CREATE TRIGGER samples_no_delete BEFORE DELETE ON samples BEGIN SELECT RAISE(ABORT, 'samples are never deleted'); END;
CREATE TRIGGER samples_in_order BEFORE INSERT ON samples WHEN NEW.tick <= (SELECT coalesce(max(tick), -1) FROM samples WHERE session = NEW.session) BEGIN SELECT RAISE(ABORT, 'samples are only added at the end'); END;
CREATE TRIGGER sessions_no_update BEFORE UPDATE ON sessions WHEN NOT (NEW.session = OLD.session AND NEW.room = OLD.room AND NEW.opened_at = OLD.opened_at AND OLD.closed = 0 AND NEW.closed = 1) BEGIN SELECT RAISE(ABORT, 'a session can only be closed'); END;
CREATE TRIGGER sessions_no_delete BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'sessions are never deleted'); END;
CREATE TRIGGER sessions_new BEFORE INSERT ON sessions WHEN NEW.session IN (SELECT session FROM sessions) BEGIN SELECT RAISE(ABORT, 'sessions are never replaced'); END;
COMMIT;
