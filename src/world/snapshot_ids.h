/* The numbers of records and fields in a snapshot of the world that several files name. A number is
 * never used again, see "Add to a snapshot" in HACKING.md. Fields of a single struct have theirs in
 * the table beside it. */
#pragma once

enum snapshot_id {
	SNAPSHOT_NOW = 1,
	SNAPSHOT_WALL = 2,
	SNAPSHOT_STARTED = 3,
	SNAPSHOT_NEXT_NUMBER = 4,  /* world.next_number */
	SNAPSHOT_NEXT_REQUEST = 5, /* the next request from outside */
	SNAPSHOT_MAX_USERS = 6,
	SNAPSHOT_MAP_SEED_LOW = 7,
	SNAPSHOT_MAP_SEED_HIGH = 8,
	SNAPSHOT_CASEMAP = 30,
	SNAPSHOT_LAST_MSGID = 50,
	SNAPSHOT_BIRTH = 51,
	SNAPSHOT_LAST_BATCH = 52,
	SNAPSHOT_CERTIFICATES = 53,
	SNAPSHOT_STORAGE = 54,
	SNAPSHOT_LAST_VERSION = 55,
	SNAPSHOT_STORAGE_FILE = 56,
	SNAPSHOT_STORAGE_STORED = 57,
	SNAPSHOT_ROWS_EDITION = 58,
	SNAPSHOT_BANS_TOUCHED = 59,
	SNAPSHOT_SWEEP = 70,
	SNAPSHOT_MARKS = 75,
	SNAPSHOT_VAPID = 80,
	SNAPSHOT_MEMORY_HISTORY = 90,
	SNAPSHOT_USERS_RESTORED = 76,
	/* records */
	SNAPSHOT_SETTINGS = 100,
	SNAPSHOT_USER = 101,
	SNAPSHOT_CHANNEL = 102,
	SNAPSHOT_SESSION = 103,
	SNAPSHOT_END = 104, /* the last field: a snapshot without it is truncated or damaged */
	SNAPSHOT_ACCEPTANCE = 110,
	SNAPSHOT_WHOWAS = 120,
	SNAPSHOT_BAN = 121,
	SNAPSHOT_USAGE = 122,
	SNAPSHOT_RECENT_PLACE = 140,
	SNAPSHOT_MONITOR = 170,
	SNAPSHOT_NOTIFICATION_SOURCE = 180,
	SNAPSHOT_ROW = 190, /* see rows.h */
	SNAPSHOT_CHANGE = 191,
	SNAPSHOT_REGISTERED_CHANNEL = 192,
	SNAPSHOT_TALLY = 193,
	SNAPSHOT_REMOVED_BAN = 194,
	SNAPSHOT_MAIL = 220,
	SNAPSHOT_PUSH = 240,
	SNAPSHOT_PUSHED_TALK = 241,
};

/* In the record of a session, and there in that of its registration. */
enum snapshot_session_id {
	SNAPSHOT_SESSION_ID = 1,
	SNAPSHOT_SESSION_REGISTRATION = 100,
	SNAPSHOT_SESSION_LOGIN = 190,
};
enum snapshot_registration_id {
	SNAPSHOT_REGISTRATION_PASSWORD = 4,
};

/* In the record of a monitor entry. */
enum snapshot_monitor_id {
	SNAPSHOT_MONITOR_NUMBER = 1,
	SNAPSHOT_MONITOR_SESSION = 2,
	SNAPSHOT_MONITOR_NICK = 3,
};

/* In the record of a channel, and there in that of a member. */
enum snapshot_channel_id {
	SNAPSHOT_CHANNEL_MEMBER = 100,
};
enum snapshot_member_id {
	SNAPSHOT_MEMBER_USER = 1, /* by its number */
	SNAPSHOT_MEMBER_NUMBER = 2,
	SNAPSHOT_MEMBER_RANKS = 3,
	SNAPSHOT_MEMBER_HIDDEN = 4,
	SNAPSHOT_MEMBER_LINES = 5,
	SNAPSHOT_MEMBER_SPOKE = 6,
	SNAPSHOT_MEMBER_VEIL = 7,
	SNAPSHOT_MEMBER_REACH = 8,
	SNAPSHOT_MEMBER_LOOKS = 9,
	SNAPSHOT_MEMBER_JOINED = 20,
	SNAPSHOT_MEMBER_IDS, /* the largest + 1 */
};
