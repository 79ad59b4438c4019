/* What administrators may ask of a running papod: reports, each a list of rows of named fields, and
 * acts. The tables say what papod answers at its control socket, how the interface is described
 * there, and which commands papoctl has; papoctl links nothing else of the world. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#define REPORT_INTERFACE "io.github.papod.Control"
#define REPORT_MOST_PARAMS 6
#define REPORT_TEXT_BYTES 1024 /* of a parameter */

enum report_kind {
	REPORT_KIND_STATUS,
	REPORT_KIND_CLIENTS,
	REPORT_KIND_USERS,
	REPORT_KIND_WHOIS,
	REPORT_KIND_WHOWAS,
	REPORT_KIND_METADATA,
	REPORT_KIND_WHY,
	REPORT_KIND_CHANNELS,
	REPORT_KIND_MEMBERS,
	REPORT_KIND_REGISTERED,
	REPORT_KIND_ACCOUNTS,
	REPORT_KIND_ACCESS,
	REPORT_KIND_INVITATIONS,
	REPORT_KIND_UPLOADS,
	REPORT_KIND_BANS,
	REPORT_KIND_AUDIT,
	REPORT_KIND_HISTORY,
	REPORT_KIND_SEARCH,
	REPORT_KIND_EXPORT,
	REPORT_KIND_LISTENERS,
	REPORT_KIND_CERTIFICATES,
	REPORT_KIND_CHANGES,
	REPORT_KIND_FILTERS,
	REPORT_KIND_FILTER_TEST,
	REPORT_KIND_FILTER_ADD,
	REPORT_KIND_FILTER_REMOVE,
	REPORT_KIND_FILTER_DRY,
	REPORT_KIND_FILTER_ON,
	REPORT_KIND_FILTER_REASON,
	REPORT_KIND_REPORTS,
	REPORT_KIND_REPORT_TAKE,
	REPORT_KIND_REPORT_CLOSE,
	REPORT_KIND_LOCKDOWN,
	REPORT_KIND_LOCKDOWN_SET,
	REPORT_KIND_FORCE_JOIN,
	REPORT_KIND_FORCE_PART,
	REPORT_KIND_FORCE_NICK,
	REPORT_KIND_FORCE_HOST,
	REPORT_KIND_FORCE_MODE,
	REPORT_KIND_RENAME,
	REPORT_KIND_METADATA_SET,
	REPORT_KIND_METADATA_CLEAR,
	REPORT_KIND_ACCOUNT_SUSPEND,
	REPORT_KIND_ACCOUNT_UNSUSPEND,
	REPORT_KIND_ACCOUNT_HOLD,
	REPORT_KIND_ACCOUNT_TOTP_RESET,
	REPORT_KIND_ACCOUNT_ERASE,
	REPORT_KIND_ACCOUNT_DROP,
	REPORT_KIND_CHANNEL_HOLD,
	REPORT_KIND_CHANNEL_DROP,
	REPORT_KIND_CHANNEL_TRANSFER,
	REPORT_KIND_INVITATION_ADD,
	REPORT_KIND_INVITATION_REMOVE,
	REPORT_KIND_UPLOAD_DELETE,
	REPORT_KIND_WALLOPS,
	REPORT_KIND_KILL,
	REPORT_KIND_KICK,
	REPORT_KIND_NOTICE,
	REPORT_KIND_BAN_ADD,
	REPORT_KIND_BAN_REMOVE,
	REPORT_KIND_RELOAD,
	REPORT_KIND_LOG_LEVEL,
	REPORT_KIND_BACKUP,
	REPORT_KIND_EDIT,
	REPORT_KIND_COMPLETE,
};
#define REPORT_KINDS (REPORT_KIND_COMPLETE + 1)

enum report_type {
	REPORT_TYPE_TEXT,
	REPORT_TYPE_NUMBER, /* 0 and more */
	REPORT_TYPE_FLAG,
	REPORT_TYPE_TIME, /* as of date_format_iso() */
};

/* Texts and times may be missing. */
struct report_field {
	const char *name; /* in JSON */
	enum report_type type;
	const char *help; /* what it is, for humans */
};

/* What a word of the command line may be, for completion. */
enum report_word {
	REPORT_WORD_ANY,
	REPORT_WORD_NICK,
	REPORT_WORD_CHANNEL,
	REPORT_WORD_TARGET, /* one of both */
	REPORT_WORD_PLACE,  /* a channel or an account: whose history there may be */
	REPORT_WORD_BAN,    /* a command that sets one */
	REPORT_WORD_MASK,   /* of a ban that is set */
	REPORT_WORD_ACCOUNT,
	REPORT_WORD_FILTER,
	REPORT_WORD_REPORT,	/* the number of one */
	REPORT_WORD_INVITATION, /* the id of one */
	REPORT_WORD_FILE,
};

/* A parameter of a call: a text. */
struct report_param {
	const char *name;
	const char *usage; /* on the command line: "NICK" */
	const char *help;
	enum report_word word;
	bool is_optional;    /* only others that are optional follow */
	bool is_rest;	     /* all words that are left on the command line */
	bool is_flag;	     /* --NAME VALUE on the command line */
	bool are_words;	     /* for `line`: each word is a parameter of its own */
	bool is_target;	     /* the act is about it, and not about the first one */
	const char *choices; /* for completion: words with spaces between them; NULL: none */
};

/* Acts change something, and are events of the world. They have no fields; the reply is a sentence,
 * and they all take the parameter REPORT_OPERATOR, too. */
struct report_row {
	const char *command; /* of papoctl: one word or two */
	const char *method;  /* in the interface; NULL: papoctl does it itself */
	const char *member;  /* of the reply: the list of rows. Acts: NULL */
	const char *type;    /* of a row. Acts: NULL */
	const char *help;    /* a sentence, without its end */
	const struct report_param *params;
	size_t n_params;
	const struct report_field *fields;
	size_t n_fields;
	bool is_single; /* there is one row, or it is not found */
	/* A question to others, which is audited as an act is: to the store, or with a line to
	 * gates. */
	bool is_past;
	/* A command of operators, which gets the values as parameters; % is the next value. */
	const char *line;
	/* What papoctl says if REPORT_PARTIAL is true; NULL: that the time was up. */
	const char *partial;
	bool is_stream; /* papoctl prints rows as they come, one on each line */
};

/* Who acts: papod cannot know, but tells others what the caller claims. */
#define REPORT_OPERATOR "operator"
/* Of what was said: the time was up before everything was found. Of files: there are more. */
#define REPORT_PARTIAL "partial"

const struct report_row *report_row(enum report_kind kind);
static inline bool report_is_act(const struct report_row *row)
{
	return row->method && !row->member;
}

/* Does the call have the parameter REPORT_OPERATOR? */
static inline bool report_names_operator(const struct report_row *row)
{
	return report_is_act(row) || row->is_past;
}

/* The command in the first words; the longest one wins. *ret_n_words are its own. False: none. */
bool report_find_command(
	const char *const *words, size_t n_words, enum report_kind *ret_kind, size_t *ret_n_words);
/* A method is named with its interface. False: there is none. */
bool report_find_method(const char *method, enum report_kind *ret_kind);

/* The parameter that a word such as "--duration" is; NULL: it is none. */
const struct report_param *report_find_flag(const struct report_row *row, const char *word);

/* Append "NICK [REASON]...". */
void report_put_usage(const struct report_row *row, struct buffer *out);
/* Append the types and methods, in the language of https://varlink.org/Interface-Definition. */
void report_describe(struct buffer *out);
