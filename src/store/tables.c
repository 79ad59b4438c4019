/* Owns the table of tables. */
#include "store/tables.h"

#include <assert.h>

static const struct table tables[STORE_TABLES] = {
	[STORE_TABLE_ACCOUNTS] = {
		.name = "accounts",
		.id = "id",
		.makes_ids = true,
		.columns = {
			{ "name", STORE_ACCOUNT_NAME, COLUMN_TEXT, false },
			{ "folded", STORE_ACCOUNT_FOLDED, COLUMN_TEXT, false },
			{ "created", STORE_ACCOUNT_CREATED, COLUMN_NUMBER, false },
			{ "verifier", STORE_ACCOUNT_VERIFIER, COLUMN_TEXT, false },
			{ "email", STORE_ACCOUNT_EMAIL, COLUMN_TEXT, false },
		},
		.n_columns = 5,
	},
	[STORE_TABLE_ACCOUNT_NICKS] = {
		.name = "account_nicks",
		.id = "account",
		.columns = {
			{ "folded", STORE_NICK_FOLDED, COLUMN_TEXT, true },
			{ "name", STORE_NICK_NAME, COLUMN_TEXT, false },
			{ "created", STORE_NICK_CREATED, COLUMN_NUMBER, false },
		},
		.n_columns = 3,
	},
	[STORE_TABLE_ACCOUNT_CERTIFICATES] = {
		.name = "account_certificates",
		.id = "account",
		.columns = {
			{ "fingerprint", STORE_CERTIFICATE_FINGERPRINT, COLUMN_TEXT, true },
			{ "created", STORE_CERTIFICATE_CREATED, COLUMN_NUMBER, false },
		},
		.n_columns = 2,
	},
	[STORE_TABLE_CHANNELS] = {
		.name = "channels",
		.id = "id",
		.makes_ids = true,
		.columns = {
			{ "name", STORE_CHANNEL_NAME, COLUMN_TEXT, false },
			{ "folded", STORE_CHANNEL_FOLDED, COLUMN_TEXT, false },
			{ "created", STORE_CHANNEL_CREATED, COLUMN_NUMBER, false },
			{ "founder", STORE_CHANNEL_FOUNDER, COLUMN_REFERENCE, false },
			{ "topic", STORE_CHANNEL_TOPIC, COLUMN_TEXT, false },
		},
		.n_columns = 5,
	},
	[STORE_TABLE_CHANNEL_ACCESS] = {
		.name = "channel_access",
		.id = "channel",
		.columns = {
			{ "account", STORE_ACCESS_ACCOUNT, COLUMN_REFERENCE, true },
			{ "modes", STORE_ACCESS_MODES, COLUMN_TEXT, false },
		},
		.n_columns = 2,
	},
	[STORE_TABLE_CHANNEL_LISTS] = {
		.name = "channel_lists",
		.id = "channel",
		.columns = {
			{ "mode", STORE_LIST_MODE, COLUMN_TEXT, true },
			{ "mask", STORE_LIST_MASK, COLUMN_TEXT, true },
			{ "setter", STORE_LIST_SETTER, COLUMN_TEXT, false },
			{ "created", STORE_LIST_CREATED, COLUMN_NUMBER, false },
		},
		.n_columns = 4,
	},
	[STORE_TABLE_SERVER_BANS] = {
		.name = "server_bans",
		.columns = {
			{ "kind", STORE_BAN_KIND, COLUMN_TEXT, true },
			{ "mask", STORE_BAN_MASK, COLUMN_TEXT, true },
			{ "reason", STORE_BAN_REASON, COLUMN_TEXT, false },
			{ "setter", STORE_BAN_SETTER, COLUMN_TEXT, false },
			{ "created", STORE_BAN_CREATED, COLUMN_NUMBER, false },
			{ "expires", STORE_BAN_EXPIRES, COLUMN_NUMBER, false },
		},
		.n_columns = 6,
	},
	[STORE_TABLE_USED_CODES] = {
		.name = "used_codes",
		.columns = {
			{ "name", STORE_CODE_NAME, COLUMN_TEXT, true },
			{ "account", STORE_CODE_ACCOUNT, COLUMN_REFERENCE, false },
			{ "step", STORE_CODE_STEP, COLUMN_NUMBER, false },
		},
		.n_columns = 3,
	},
	[STORE_TABLE_REGISTRATION_TOKENS] = {
		.name = "registration_tokens",
		.columns = {
			{ "hash", STORE_TOKEN_HASH, COLUMN_TEXT, true },
			{ "creator", STORE_TOKEN_CREATOR, COLUMN_TEXT, false },
			{ "created", STORE_TOKEN_CREATED, COLUMN_NUMBER, false },
			{ "expires", STORE_TOKEN_EXPIRES, COLUMN_NUMBER, false },
		},
		.n_columns = 4,
	},
	[STORE_TABLE_ACCOUNT_MARKS] = {
		.name = "account_marks",
		.id = "account",
		.columns = {
			{ "kind", STORE_MARK_KIND, COLUMN_TEXT, true },
			{ "name", STORE_MARK_NAME, COLUMN_TEXT, true },
			{ "time", STORE_MARK_TIME, COLUMN_NUMBER, false },
		},
		.n_columns = 3,
	},
	[STORE_TABLE_PUSH_ENDPOINTS] = {
		.name = "push_endpoints",
		.id = "account",
		.columns = {
			{ "endpoint", STORE_ENDPOINT_URL, COLUMN_TEXT, true },
			{ "created", STORE_ENDPOINT_CREATED, COLUMN_NUMBER, false },
			{ "renewed", STORE_ENDPOINT_RENEWED, COLUMN_NUMBER, false },
		},
		.n_columns = 3,
	},
	[STORE_TABLE_MODERATION] = {
		.name = "moderation",
		.columns = {
			{ "kind", STORE_MODERATION_KIND, COLUMN_TEXT, true },
			{ "name", STORE_MODERATION_NAME, COLUMN_TEXT, true },
			{ "text", STORE_MODERATION_TEXT, COLUMN_TEXT, false },
			{ "setter", STORE_MODERATION_SETTER, COLUMN_TEXT, false },
			{ "created", STORE_MODERATION_CREATED, COLUMN_NUMBER, false },
		},
		.n_columns = 5,
	},
	[STORE_TABLE_AUDIT] = {
		.name = "audit",
		.columns = {
			{ "time", STORE_AUDIT_TIME, COLUMN_NUMBER, true },
			{ "operator", STORE_AUDIT_OPERATOR, COLUMN_TEXT, false },
			{ "source", STORE_AUDIT_SOURCE, COLUMN_TEXT, false },
			{ "act", STORE_AUDIT_ACT, COLUMN_TEXT, false },
			{ "target", STORE_AUDIT_TARGET, COLUMN_TEXT, false },
			{ "details", STORE_AUDIT_DETAILS, COLUMN_TEXT, false },
		},
		.n_columns = 6,
	},
};

const struct table *table_get(enum store_table table)
{
	assert((size_t) table < STORE_TABLES);
	return &tables[table];
}
