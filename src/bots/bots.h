/* NickServ and ChanServ: what each can be told. Each subcommand has a line in nickserv.def or
 * chanserv.def, and ends the file that runs it with its row:
 *
 *	NICKSERV(info) = { .name = "INFO", ... };
 *
 * A row without a line does not compile, a line without a row does not link. */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/command.h"
#include "proto/message.h"
#include "world/services.h"

struct account;
struct errand;

#define ERRAND_PARAMS 8

enum subcommand_flag {
	SUBCOMMAND_NEEDS_ACCOUNTS = 1 << 0, /* refused without the database, like the next two */
	SUBCOMMAND_NEEDS_LOGIN = 1 << 1,    /* to an account of the database */
	SUBCOMMAND_CHANGES = 1 << 2,	    /* what is stored: refused while that fails */
};

/* The secret is the first parameter, and what follows it, too, unless that is an e-mail address. */
#define SUBCOMMAND_SECRET_BEFORE_MAIL (-1)

/* A word that chooses what a subcommand does: its first parameter. */
struct suboption {
	const char *name; /* in capitals */
	bool is_secret;	  /* is the second parameter one? */
	void (*run)(struct errand *errand);
	const char *usage; /* the parameters after it */
	const char *help;
};

struct subcommand {
	const char *name;      /* in capitals */
	int min_params;	       /* fewer: its usage is sent */
	int max_params;	       /* the last of them extends to the end of the line */
	uint32_t cost;	       /* of the flood budget, beside that of the line */
	uint32_t flags;	       /* enum subcommand_flag */
	const char *privilege; /* required operator privilege; NULL: none */
	int secret;	       /* the parameter, from 1, that is a secret; 0: none */
	void (*run)(struct errand *errand);
	const struct suboption *options; /* sorted by name; NULL: none, and run is there */
	size_t n_options;
	const char *papoctl; /* for operators, see struct command */
	const char *usage;   /* the parameters, for HELP and the manual */
	const char *help;    /* sentences, for the same */
};

struct bot {
	const struct service *service;
	const struct subcommand *const *rows; /* sorted by name */
	size_t n_rows;
};

/* One subcommand of one user. The row's checks have passed. */
struct errand {
	struct call *call;
	const struct bot *bot;
	const struct subcommand *subcommand;
	const char *params[ERRAND_PARAMS + 1]; /* NULL from n_params on */
	int n_params;
	struct account *account; /* that the user is logged in to; NULL: none of the database */
};

enum nickserv_index {
#define ROW(name) NICKSERV_INDEX_##name,
#include "bots/nickserv.def"
#undef ROW
	NICKSERV_COUNT
};

enum chanserv_index {
#define ROW(name) CHANSERV_INDEX_##name,
#include "bots/chanserv.def"
#undef ROW
	CHANSERV_COUNT
};

#define ROW(name) extern const struct subcommand nickserv_##name;
#include "bots/nickserv.def"
#undef ROW
#define ROW(name) extern const struct subcommand chanserv_##name;
#include "bots/chanserv.def"
#undef ROW

#define NICKSERV(name)                                                                             \
	static_assert(NICKSERV_INDEX_##name < NICKSERV_COUNT, "nickserv.def has no " #name);       \
	const struct subcommand nickserv_##name
#define CHANSERV(name)                                                                             \
	static_assert(CHANSERV_INDEX_##name < CHANSERV_COUNT, "chanserv.def has no " #name);       \
	const struct subcommand chanserv_##name

/* All bots; NULL beyond the last one. */
const struct bot *bots_row(size_t index);
const struct bot *bot_of(const struct service *service);
/* All in any case, length bytes long; NULL: unknown. */
const struct subcommand *bot_find_subcommand(
	const struct bot *bot, const char *name, size_t length);
const struct suboption *subcommand_find_option(
	const struct subcommand *row, const char *name, size_t length);
