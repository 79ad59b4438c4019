/* Rows of the database, as the world makes them and the store keeps them.
 *
 * A row's content is a sequence of pack fields. Fields that the enums below name become columns of
 * their own: those that administrators search for, that must be unique, or that refer to another
 * row. All other fields are stored together in the column `rest` as they are, so the world may add
 * fields without a migration, and a release keeps those of a later one. Fields below
 * STORE_FIRST_FREE_FIELD are the store's to name.
 *
 * A row is addressed by its table, its id and its key fields. Accounts and channels have an id of
 * their own, which the database assigns once and never again; rows that belong to them have their
 * owner's id, and server bans have none (0). A row with a key field is addressed by that, too.
 *
 * Removing an account also removes its nicks, its certificates, its access to channels, its used
 * codes, its marks and its subscriptions to web push, and leaves its channels without a founder.
 * Removing a channel removes its access and lists. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

enum store_table {
	STORE_TABLE_ACCOUNTS,		  /* id: its own */
	STORE_TABLE_ACCOUNT_NICKS,	  /* id: of the account */
	STORE_TABLE_ACCOUNT_CERTIFICATES, /* id: of the account */
	STORE_TABLE_CHANNELS,		  /* id: its own */
	STORE_TABLE_CHANNEL_ACCESS,	  /* id: of the channel */
	STORE_TABLE_CHANNEL_LISTS,	  /* id: of the channel */
	STORE_TABLE_SERVER_BANS,	  /* id: 0 */
	STORE_TABLE_USED_CODES,		  /* id: 0 */
	STORE_TABLE_REGISTRATION_TOKENS,  /* id: 0 */
	STORE_TABLE_ACCOUNT_MARKS,	  /* id: of the account */
	STORE_TABLE_PUSH_ENDPOINTS,	  /* id: of the account */
	STORE_TABLE_MODERATION,		  /* id: 0 */
	STORE_TABLE_AUDIT,		  /* id: 0 */
};
#define STORE_TABLES 13

#define STORE_FIRST_FREE_FIELD 64

/* Ids of fields. Each of these enums belongs to one table; ids are never reused. Times are in
 * milliseconds since 1970, 0 is none. Texts have no NUL; those without a note may be missing. */
enum store_account_field {
	STORE_ACCOUNT_NAME = 1, /* required */
	STORE_ACCOUNT_FOLDED,	/* required, unique: the name in the server's case mapping */
	STORE_ACCOUNT_CREATED,
	STORE_ACCOUNT_VERIFIER, /* text of RFC 5803 */
	STORE_ACCOUNT_EMAIL,
};

enum store_nick_field {
	STORE_NICK_FOLDED = 1, /* key, unique */
	STORE_NICK_NAME,       /* required */
	STORE_NICK_CREATED,
};

enum store_certificate_field {
	STORE_CERTIFICATE_FINGERPRINT = 1, /* key, unique */
	STORE_CERTIFICATE_CREATED,
};

enum store_channel_field {
	STORE_CHANNEL_NAME = 1, /* required */
	STORE_CHANNEL_FOLDED,	/* required, unique */
	STORE_CHANNEL_CREATED,
	STORE_CHANNEL_FOUNDER, /* id of an account; 0: none */
	STORE_CHANNEL_TOPIC,
};

enum store_access_field {
	STORE_ACCESS_ACCOUNT = 1, /* key: id of an account */
	STORE_ACCESS_MODES,	  /* required */
};

enum store_list_field {
	STORE_LIST_MODE = 1, /* key: the letter of the list */
	STORE_LIST_MASK,     /* key */
	STORE_LIST_SETTER,
	STORE_LIST_CREATED,
};

enum store_ban_field {
	STORE_BAN_KIND = 1, /* key */
	STORE_BAN_MASK,	    /* key */
	STORE_BAN_REASON,
	STORE_BAN_SETTER,
	STORE_BAN_CREATED,
	STORE_BAN_EXPIRES,
};

enum store_code_field {
	STORE_CODE_NAME = 1, /* key: whose they are */
	STORE_CODE_ACCOUNT,  /* id of an account; 0: none */
	STORE_CODE_STEP,     /* of the last one, see totp.h */
};

enum store_token_field {
	STORE_TOKEN_HASH = 1, /* key */
	STORE_TOKEN_CREATOR,
	STORE_TOKEN_CREATED,
	STORE_TOKEN_EXPIRES,
};

enum store_mark_field {
	STORE_MARK_KIND = 1, /* key, see world/account_marks.h */
	STORE_MARK_NAME,     /* key */
	STORE_MARK_TIME,
};

enum store_endpoint_field {
	STORE_ENDPOINT_URL = 1, /* key */
	STORE_ENDPOINT_CREATED,
	STORE_ENDPOINT_RENEWED,
};

enum store_moderation_field {
	STORE_MODERATION_KIND = 1, /* key, see world/moderation_rows.h */
	STORE_MODERATION_NAME,	   /* key */
	STORE_MODERATION_TEXT,
	STORE_MODERATION_SETTER,
	STORE_MODERATION_CREATED,
};

enum store_audit_field {
	STORE_AUDIT_TIME = 1, /* key, see world/audit_log.h */
	STORE_AUDIT_OPERATOR,
	STORE_AUDIT_SOURCE,
	STORE_AUDIT_ACT,
	STORE_AUDIT_TARGET,
	STORE_AUDIT_DETAILS,
};

struct store_row {
	enum store_table table;
	bool is_removal; /* only the key fields matter */
	/* 0 in a row of accounts or channels: a new one. 0 in a row that belongs to one: the last
	 * one that the same request added. */
	uint64_t id;
	/* A stored row is replaced or removed only by a higher version. Therefore versions of the
	 * same address must grow even over a removal: a counter of the world, or a time. */
	uint64_t version;
	const void *bytes;
	size_t length;
};

/* Rows that were stored, in order of table and address. The bytes are valid during the call. */
typedef void (*store_row_fn)(void *data, const struct store_row *row);

/* As a record of its own, in events and snapshots. The bytes of a loaded row point into the record.
 * False: malformed, or of a table that a later release added. */
void store_row_save(struct buffer *out, uint16_t id, const struct store_row *row);
void store_row_save_bytes(struct buffer *out, uint16_t id, enum store_table table, uint64_t row_id,
	const struct buffer *bytes);
bool store_row_load(struct pack record, struct store_row *ret_row);

/* Do its columns hold texts that clients may be sent, without line breaks? Another program may have
 * written the file. */
bool store_row_is_clean(const struct store_row *row);
